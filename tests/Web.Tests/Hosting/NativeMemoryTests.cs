using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using NativeMemory = RandomChat.Web.Hosting.NativeMemory;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>What native code has freed goes back to the operating system, though the C library would keep it (decision 0025).</summary>
public sealed class NativeMemoryTests
{
    /// <summary>Above what the library keeps for each thread, below what it takes from the operating system one by one.</summary>
    private const int BlockSize = 64 * 1024;

    private const int Blocks = 512;

    [Fact]
    public async Task A_running_server_does_so()
    {
        await using var server = await RunningServer.Start();

        Assert.Single(server.Services.GetServices<IHostedService>().OfType<NativeMemory>());
    }

    [Fact]
    public async Task Every_minute_what_was_freed_is_not_resident_any_more()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out var library) || !NativeLibrary.TryGetExport(library, "gnu_get_libc_version", out _))
        {
            Assert.Skip("The C library is not glibc, and has no need of it.");
        }

        // A thread of its own has a place of its own there. What stays between the blocks keeps them from being given back as one.
        List<nint> blocks = [], between = [];
        var native = new Thread(() =>
        {
            for (var i = 0; i < Blocks; i++)
            {
                var block = Allocate(BlockSize);
                Marshal.Copy(new byte[BlockSize], 0, block, BlockSize);
                blocks.Add(block);
                between.Add(Allocate(2_000));
            }
        });
        native.Start();
        native.Join();
        var used = Resident(blocks);
        Assert.True(used > Blocks, $"{used} pages are resident.");
        blocks.ForEach(Free);

        var clock = new FakeTimeProvider();
        using var service = new NativeMemory(clock);
        await service.StartAsync(default);
        await Wait.Until(() =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return Task.FromResult(Resident(blocks) < used / 2);
        });
        await service.StopAsync(default);
        between.ForEach(Free);
    }

    /// <summary>How many of the pages that lie wholly in these blocks are in memory.</summary>
    private static int Resident(List<nint> blocks)
    {
        var page = Environment.SystemPageSize;
        return blocks.Sum(block =>
        {
            var first = (block + page - 1) / page * page;
            var pages = new byte[(block + BlockSize - first) / page];

            // It fails where nothing is mapped any more.
            return InMemory(first, (nuint)(pages.Length * page), pages) == 0 ? pages.Count(state => (state & 1) != 0) : 0;
        });
    }

    [DllImport("libc", EntryPoint = "malloc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Allocate(nuint size);

    [DllImport("libc", EntryPoint = "free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void Free(nint block);

    /// <param name="states">One a page; the lowest bit says whether it is in memory.</param>
    [DllImport("libc", EntryPoint = "mincore")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int InMemory(nint address, nuint length, byte[] states);
}
