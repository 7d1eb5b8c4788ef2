using System.Globalization;

namespace Dart.Lake.Host.Wiring;

/// <summary>What this process may have of its machine; settings of 0 follow it.</summary>
/// <param name="Cores">By the quota of the control group.</param>
/// <param name="MemoryBytes">The least limit of the control groups that it is in, else what the machine has.</param>
sealed record Machine(int Cores, long MemoryBytes)
{
    const long LeastMemory = 256L << 20;

    /// <summary>Beside DuckDB's queries one process may hold the jobs, a broker, a Redis, and what files are written from.</summary>
    const int ShareOfMemory = 12;

    public static Machine Here() => new(Environment.ProcessorCount, MemoryOf("/") ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>Threads of queries.</summary>
    /// <param name="setting">0: as many as cores.</param>
    public int Threads(int setting) => setting > 0 ? setting : Math.Clamp(Cores, 1, 256);

    /// <summary>Memory of queries, bytes.</summary>
    /// <param name="settingMb">0: a share of what the process may have.</param>
    public long MemoryLimit(long settingMb) => settingMb > 0 ? settingMb << 20 : Math.Max(MemoryBytes / ShareOfMemory, LeastMemory);

    /// <summary>What queries may put into files while they run, bytes.</summary>
    /// <param name="settingMb">0: half of what is free now.</param>
    /// <param name="folder">On their disk.</param>
    public static long TempLimit(long settingMb, string folder) =>
        settingMb > 0 ? settingMb << 20 : new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace / 2;

    /// <summary>
    /// What Linux says below a root: memory.max of version 2, memory.limit_in_bytes of version 1, of the group and those above it; what the
    /// machine has, when that is less. The runtime's own number is three quarters of a group's. Null: no Linux.
    /// </summary>
    public static long? MemoryOf(string root)
    {
        var limits = new List<long>();
        if (Lines("proc/meminfo").FirstOrDefault(line => line.StartsWith("MemTotal:", StringComparison.Ordinal)) is { } total
            && Number(total.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1)) is { } kilobytes)
            limits.Add(kilobytes << 10);
        foreach (var line in Lines("proc/self/cgroup"))
            if (line.Split(':', 3) is [_, var controllers, var group])
                if (controllers.Length == 0)
                    limits.AddRange(LimitsOf("sys/fs/cgroup", group, "memory.max"));
                else if (controllers.Split(',').Contains("memory"))
                    limits.AddRange(LimitsOf("sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
        return limits.Count > 0 ? limits.Min() : null;

        // a container sees its own group as the root, whatever the group's name outside
        IEnumerable<long> LimitsOf(string mount, string group, string file)
        {
            for (var at = group.Trim('/'); ; at = at[..Math.Max(0, at.LastIndexOf('/'))])
            {
                if (Number(Lines($"{mount}/{at}/{file}").FirstOrDefault()) is { } limit)
                    yield return limit;
                if (at.Length == 0)
                    yield break;
            }
        }

        IReadOnlyList<string> Lines(string file)
        {
            try
            {
                return File.ReadAllLines(Path.Combine(root, file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return [];
            }
        }

        static long? Number(string? text) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
    }
}
