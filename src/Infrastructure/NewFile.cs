using System.Runtime.InteropServices;
using System.Text;

namespace RandomChat.Infrastructure;

/// <summary>Puts a whole file where none is, for good: of several who do so at once, one does.</summary>
internal static class NewFile
{
    private const int Exists = 17; // EEXIST, on Linux and macOS alike

    /// <param name="draft">The file as it is to be, on the same file system; it is gone afterwards.</param>
    /// <returns>False where one was there already: it stays.</returns>
    /// <exception cref="IOException">It cannot be put there.</exception>
    public static bool TryPlace(string draft, string file)
    {
        try
        {
            // File.Move looks first and renames then, over whatever came in between; a link is made or not.
            if (!OperatingSystem.IsWindows())
            {
                if (Link(Terminated(draft), Terminated(file)) == 0)
                {
                    return true;
                }

                if (Marshal.GetLastPInvokeError() == Exists)
                {
                    return false;
                }
            }

            File.Move(draft, file, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(file))
        {
            return false;
        }
        finally
        {
            File.Delete(draft);
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link(byte[] from, byte[] to);

    private static byte[] Terminated(string path) => Encoding.UTF8.GetBytes(path + "\0");
}
