using Dart.Lake.Host.Wiring;

namespace Dart.Lake.Host.Tests;

/// <summary>Defaults follow what the process may have, and settings win.</summary>
public sealed class MachineTests
{
    const long Mb = 1 << 20;

    /// <summary>One argument is a file below the root and its content.</summary>
    static long? MemoryOf(params (string File, string Text)[] files)
    {
        using var root = new TempFolder();
        foreach (var (file, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(root[file])!);
            File.WriteAllText(root[file], text);
        }
        return Machine.MemoryOf(root.Path);
    }

    static readonly (string, string) machine = ("proc/meminfo", "MemTotal:       4194304 kB\nMemFree:        1000 kB\n");
    static readonly (string, string) two = ("proc/self/cgroup", "0::/a/b\n");
    static readonly (string, string) one = ("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/77\n");

    [Fact]
    public void Memory_is_the_least_limit_of_the_groups_and_of_the_machine()
    {
        Assert.Null(MemoryOf());
        Assert.Equal(4096 * Mb, MemoryOf(machine));
        Assert.Equal(4096 * Mb, MemoryOf(machine, two, ("sys/fs/cgroup/a/b/memory.max", "max\n")));
        Assert.Equal(700 * Mb, MemoryOf(machine, two, ("sys/fs/cgroup/a/b/memory.max", $"{700 * Mb}\n"), ("sys/fs/cgroup/a/memory.max", "max\n")));
        Assert.Equal(500 * Mb, MemoryOf(machine, two, ("sys/fs/cgroup/a/b/memory.max", $"{700 * Mb}\n"), ("sys/fs/cgroup/a/memory.max", $"{500 * Mb}\n")));
        // a container that sees its own group as the root
        Assert.Equal(300 * Mb, MemoryOf(machine, ("proc/self/cgroup", "0::/\n"), ("sys/fs/cgroup/memory.max", $"{300 * Mb}\n")));
    }

    [Fact]
    public void Version_1_of_control_groups_is_known()
    {
        Assert.Equal(200 * Mb, MemoryOf(machine, one, ("sys/fs/cgroup/memory/docker/77/memory.limit_in_bytes", $"{200 * Mb}\n")));
        Assert.Equal(100 * Mb, MemoryOf(machine, one, ("sys/fs/cgroup/memory/memory.limit_in_bytes", $"{100 * Mb}\n")));
        // this is how version 1 says that there is none
        Assert.Equal(4096 * Mb, MemoryOf(machine, one, ("sys/fs/cgroup/memory/docker/77/memory.limit_in_bytes", "9223372036854771712\n")));
        // the file of a group of processors is not looked at
        Assert.Equal(4096 * Mb, MemoryOf(machine, one, ("sys/fs/cgroup/memory/x/memory.limit_in_bytes", $"{1 * Mb}\n")));
    }

    [Fact]
    public void A_setting_of_nought_follows_the_machine_and_any_other_wins()
    {
        var five = new Machine(5, 24_000 * Mb);
        Assert.Equal((5, 2000 * Mb), (five.Threads(0), five.MemoryLimit(0)));
        Assert.Equal((3, 600 * Mb), (five.Threads(3), five.MemoryLimit(600)));
        Assert.Equal(256 * Mb, new Machine(1, 512 * Mb).MemoryLimit(0));
        Assert.Equal(7 * Mb, Machine.TempLimit(7, "/"));
        Assert.InRange(Machine.TempLimit(0, "/"), 1, new DriveInfo("/").TotalSize / 2);
    }

    [Fact]
    public async Task Doctor_says_what_queries_may_have_and_which_setting_says_so()
    {
        using var folder = new TempFolder();
        var follows = await Exe.RunAsync(TimeSpan.FromMinutes(1), "doctor", "--data-dir", folder.Path);
        Assert.Contains($"{Environment.ProcessorCount} threads, ", follows.Exits(0).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("by DuckDb:", follows.Out, StringComparison.Ordinal);
        using var set = Exe.Start(new Dictionary<string, string> { ["DARTLAKE__DuckDb__MemoryLimitMb"] = "300" }, "doctor", "--data-dir", folder.Path);
        Assert.Contains("300 MiB of memory (by DuckDb:MemoryLimitMb)", (await Exe.EndAsync(set, TimeSpan.FromMinutes(1))).Exits(0).Out, StringComparison.Ordinal);
    }
}
