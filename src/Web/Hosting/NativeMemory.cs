using System.Runtime.InteropServices;

namespace RandomChat.Web.Hosting;

/// <summary>
/// Gives back what native code has freed. glibc keeps it for the thread that used it, in up to eight places a core: of a node's
/// memory that grew for half an hour, two thirds of what native code held were free (decision 0025).
/// </summary>
internal sealed class NativeMemory(TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken) && Trim())
            {
                // Again in a minute.
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The planned end.
        }
    }

    /// <returns>False where the C library is one that has no need of it.</returns>
    private static bool Trim()
    {
        try
        {
            _ = Trim(0);
            return true;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    /// <param name="pad">Bytes to keep at the top of the heap.</param>
    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Trim(nuint pad);
}
