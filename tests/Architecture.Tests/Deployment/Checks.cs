using System.Diagnostics;

namespace RandomChat.Architecture.Tests.Deployment;

/// <summary>The schemas and linters of <c>node/check.mjs</c>, installed beside it on first use, and the programs that may be here.</summary>
internal static class Checks
{
    private static readonly Lazy<Task<string?>> Missing = new(Install);

    private static string Folder { get; } = Path.Combine(Repository.Root, "tests", "Architecture.Tests", "Deployment", "node");

    /// <summary>Fails with every finding; skips the test where the packages cannot be had.</summary>
    public static async Task Hold(string kind, string file)
    {
        if (await Missing.Value is { } missing)
        {
            Assert.Skip($"The checks of deployment cannot be run: {missing}");
        }

        var (code, output) = await Run("node", ["check.mjs", kind, file], Folder, []);
        Assert.True(code == 0, output);
    }

    /// <summary>The documents of a kustomization; skips the test where there is no kubectl.</summary>
    public static async Task<string> Kustomize(string folder)
    {
        var (code, output) = await Run("kubectl", ["kustomize", folder]);
        Assert.True(code == 0, output);
        return output;
    }

    /// <summary>Runs a program in the repository; skips the test where it is not installed.</summary>
    public static Task<(int Code, string Output)> Run(string program, string[] arguments, params (string Name, string Value)[] environment) =>
        Run(program, arguments, Repository.Root, environment);

    /// <summary>Whether a program is here and answers.</summary>
    public static async Task<bool> Has(string program, params string[] arguments)
    {
        try
        {
            return (await Start(program, arguments, Repository.Root, [])).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<(int Code, string Output)> Run(string program, string[] arguments, string folder, (string Name, string Value)[] environment)
    {
        try
        {
            return await Start(program, arguments, folder, environment);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{program} is not installed.");
            throw;
        }
    }

    private static async Task<(int Code, string Output)> Start(string program, string[] arguments, string folder, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? await output : await output + await errors);
    }

    private static async Task<string?> Install()
    {
        if (File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")))
        {
            return null;
        }

        var (code, output) = await Run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], Folder, []);
        return code == 0 ? null : $"npm ci failed: {output}";
    }
}
