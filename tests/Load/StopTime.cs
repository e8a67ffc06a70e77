using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RandomChat.Load.Speed;

namespace RandomChat.Load;

/// <summary>
/// How long a server takes from SIGTERM to its end while people are connected who come back at once, as pages do, and how
/// many of them were told. More than ten seconds, or somebody who was not told, makes the program fail.
/// </summary>
internal static class StopTime
{
    private const int Connections = 2_000;
    private const double MostSeconds = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<int> Run(string[] rest)
    {
        var count = rest is [var given, ..] ? int.Parse(given, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : Connections;
        Console.WriteLine($"{"lobby",-12} {"connections",12} {"in matches",11} {"told",7} {"came back",10} {"let in",7} {"seconds",8}");
        var slow = await Measure("in process", null, count) ? 0 : 1;
        if (Environment.GetEnvironmentVariable("REDIS_CONNECTION") is { Length: > 0 } redis)
        {
            slow += await Measure("Redis", redis, count) ? 0 : 1;
        }

        return slow;
    }

    private static async Task<bool> Measure(string name, string? redis, int count)
    {
        await using var server = new Product(new Dictionary<string, string?> { ["ConnectionStrings:Redis"] = redis ?? "" });
        await server.Start();
        using var crowd = new Crowd(server);
        var people = crowd.Enter(count);
        var matched = count / 4 * 2;
        crowd.Meet([.. people.Take(matched)]);

        using var returning = new Returning(server.Address);
        crowd.MayGo = true;
        crowd.WhenGone = returning.Knock;
        var clock = Stopwatch.StartNew();
        var code = crowd.Driver.During(server.Terminate());
        var seconds = clock.Elapsed.TotalSeconds;
        crowd.Driver.Until(() => crowd.Left == count, Patience);
        Console.WriteLine($"{name,-12} {count,12:N0} {matched,11:N0} {crowd.Told,7:N0} {returning.Tries,10:N0} {returning.LetIn(),7:N0} {seconds,8:0.0}");
        return code == 0 && crowd.Told == count && seconds <= MostSeconds;
    }

    /// <summary>
    /// People who ask for a connection again as soon as they lost theirs. The port is closed last: whoever finds it open has to be
    /// refused, since a server that lets them in waits for them.
    /// </summary>
    private sealed class Returning(Uri address) : IDisposable
    {
        private readonly List<Socket> sockets = [];

        public int Tries { get; private set; }

        public void Knock(Line line)
        {
            Tries++;
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(IPAddress.Loopback, address.Port);
                socket.Send(line.Request);
                sockets.Add(socket);
            }
            catch (SocketException)
            {
                // The port is closed by now.
                socket.Dispose();
            }
        }

        /// <summary>How many got a connection from a server that was about to go. To be asked when it is gone.</summary>
        public int LetIn() => sockets.Count(socket => StatusOf(socket).StartsWith("HTTP/1.1 101", StringComparison.Ordinal));

        public void Dispose() => sockets.ForEach(socket => socket.Dispose());

        private static string StatusOf(Socket socket)
        {
            var line = new byte[12];
            try
            {
                return Encoding.ASCII.GetString(line, 0, socket.Receive(line));
            }
            catch (SocketException)
            {
                return "";
            }
        }
    }
}
