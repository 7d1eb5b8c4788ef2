namespace Dart.Lake.Host.Tests.BadInput;

/// <summary>How the executable refuses: one line on stderr that says what to do, and the exit code of its kind.</summary>
static class Refusal
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Runs it and holds it to its exit code and to one line that contains all of the words.</summary>
    public static Task FailsAsync(int code, string[] arguments, params string[] words) =>
        FailsAsync(code, new Dictionary<string, string>(), arguments, words);

    /// <summary>The same with environment variables.</summary>
    public static async Task FailsAsync(
        int code, IReadOnlyDictionary<string, string> environment, string[] arguments, params string[] words)
    {
        using var process = Exe.Start(environment, arguments);
        (await Exe.EndAsync(process, Limit)).Exits(code).SaysOnce(words);
    }

    /// <summary>Its stderr is one line that contains all of the words.</summary>
    public static void SaysOnce(this Exe.Result result, params string[] words)
    {
        var line = Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("dartlake: ", line, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
    }
}
