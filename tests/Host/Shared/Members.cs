using Dart.Lake.Host.Tests.Kill;

namespace Dart.Lake.Host.Tests.SharedLakes;

/// <summary>The processes of one consumer group, and what those said that have ended by themselves.</summary>
sealed class Members(IReadOnlyDictionary<string, string> settings, string[] line) : IDisposable
{
    static readonly TimeSpan patience = TimeSpan.FromMinutes(2);

    readonly List<RunningJob> running = [];
    int wanted;

    /// <summary>The last line of each that ended by itself.</summary>
    public List<string> LastWords { get; } = [];

    /// <summary>Those whose end was no line that a person can act on.</summary>
    public List<string> Unclear { get; } = [];

    /// <summary>Starts or kills until there are so many.</summary>
    public async Task AreAsync(int count, Random random)
    {
        wanted = count;
        await BuryAsync();
        while (running.Count > count)
            await KillOneAsync(random);
        await StartEndedAsync();
    }

    public async Task StartEndedAsync()
    {
        await BuryAsync();
        while (running.Count < wanted)
            running.Add(new RunningJob(settings, line));
    }

    public async Task KillOneAsync(Random random)
    {
        await BuryAsync();
        if (running.Count == 0)
            return;
        var victim = running[random.Next(running.Count)];
        running.Remove(victim);
        await victim.KillAsync();
        victim.Dispose();
    }

    /// <summary>SIGSTOP and, later, SIGCONT: for the group it is dead, and then it goes on where it stood.</summary>
    public async Task FreezeOneAsync(Random random, TimeSpan time, CancellationToken cancel)
    {
        await BuryAsync();
        if (running.Count == 0)
            return;
        var victim = running[random.Next(running.Count)];
        await victim.SignalAsync("STOP");
        await Task.Delay(time, TimeProvider.System, cancel);
        await victim.SignalAsync("CONT");
    }

    /// <summary>Takes out those that have ended; how many.</summary>
    public async Task<int> BuryAsync()
    {
        var ended = running.Where(job => !job.IsRunning).ToList();
        foreach (var job in ended)
        {
            var code = await job.EndsAsync(patience);
            var last = Array.FindLast(job.Said.Split('\n'), said => said.StartsWith("dartlake: ", StringComparison.Ordinal));
            LastWords.Add(last ?? "nothing");
            if (code != 1 || last is null || last.Contains("unexpected", StringComparison.Ordinal))
                Unclear.Add($"exit code {code}: {job.Said}");
            running.Remove(job);
            job.Dispose();
        }
        return ended.Count;
    }

    public void Dispose() => running.ForEach(job => job.Dispose());
}
