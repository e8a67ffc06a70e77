using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RandomChat.Load.Speed;

/// <summary>
/// Which of many sockets have something to read, on one thread: the platform's own sockets hand every arrival to another
/// thread, which costs the load program more than reading it. Linux on x64 alone, whose structures these are.
/// </summary>
internal sealed class Epoll : IDisposable
{
    private const int Add = 1;
    private const uint Readable = 1;
    private const int Interrupted = 4;

    private readonly Ready[] ready = new Ready[512];
    private readonly int descriptor = Checked(epoll_create1(0));

    /// <param name="number">What <see cref="Wait"/> says when there is something to read.</param>
    public void Watch(Socket socket, int number)
    {
        var what = new Ready { Events = Readable, Number = number };
        Checked(epoll_ctl(descriptor, Add, (int)socket.Handle, ref what));
    }

    /// <summary>Waits until something can be read, at most so long, with the resolution of the kernel's clock.</summary>
    /// <returns>How many <see cref="this"/> has until the next call.</returns>
    public int Wait(TimeSpan most)
    {
        var patience = new KernelTime { Seconds = most.Ticks / TimeSpan.TicksPerSecond, Nanoseconds = most.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick };
        var count = epoll_pwait2(descriptor, ready, ready.Length, ref patience, 0);
        return count < 0 && Marshal.GetLastPInvokeError() == Interrupted ? 0 : Checked(count);
    }

    public int this[int index] => ready[index].Number;

    public void Dispose() => _ = close(descriptor);

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception();

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_ctl(int epoll, int operation, int socket, ref Ready what);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_pwait2(int epoll, [In, Out] Ready[] ready, int most, ref KernelTime patience, nint signals);

    [DllImport("libc")]
    private static extern int close(int descriptor);

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct Ready
    {
        public uint Events;
        public int Number;
        public int Unused;
    }

    private struct KernelTime
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
