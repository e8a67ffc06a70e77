using System.CommandLine;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Projections;

/// <summary>How a command ends: 0 success, 1 a check failed, 2 wrong usage, 3 a dependency is unavailable.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int CheckFailed = 1;
    public const int Usage = 2;
    public const int Unavailable = 3;

    /// <summary>Runs what was parsed; what goes wrong becomes a sentence on the error stream and a code.</summary>
    public static async Task<int> InvokeWithCodes(this ParseResult parsed)
    {
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync("--help tells what there is.");
            return Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
        }
        catch (EventLogFileException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Unavailable;
        }
        catch (DependencyUnavailableException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Unavailable;
        }
    }
}
