using System.CommandLine;

namespace Dart.Lake.Host.Output;

/// <summary>Turns a failure into one line on stderr and an exit code: 1 what ran failed, 2 wrong usage or configuration.</summary>
static class Failure
{
    public static int Usage(string message, Command command)
    {
        var path = new Stack<string>();
        for (Symbol? at = command; at is Command and not RootCommand; at = at.Parents.FirstOrDefault())
            path.Push(at.Name);
        Console.Error.WriteLine($"dartlake: {OneLine(message)}; see 'dartlake {string.Join(' ', path)} --help'".Replace("dartlake  --help", "dartlake --help", StringComparison.Ordinal));
        return 2;
    }

    public static int Report(Exception failure)
    {
        var cause = failure is AggregateException { InnerExceptions: [var only] } ? only : failure;
        Console.Error.WriteLine($"dartlake: {Describe(cause)}");
        if (Environment.GetEnvironmentVariable("DARTLAKE_TRACE") is { Length: > 0 })
            Console.Error.WriteLine(failure);
        return cause is LakeException { Kind: LakeErrorKind.Invalid } ? 2 : 1;
    }

    /// <summary>What ran has found something wrong: the line, and exit code 1.</summary>
    public static int Say(string message)
    {
        Console.Error.WriteLine($"dartlake: {OneLine(message)}");
        return 1;
    }

    /// <summary>The user ended it before it was done; a job that streams until it is stopped ends well instead.</summary>
    public static int Stopped()
    {
        Console.Error.WriteLine("dartlake: stopped before it was done; run it again, nothing half-done is visible");
        return 1;
    }

    static string Describe(Exception cause) => cause switch
    {
        LakeException lake => OneLine(lake.Message),
        UnauthorizedAccessException or IOException => OneLine(cause.Message),
        _ => $"unexpected {cause.GetType().Name}: {OneLine(cause.Message)} (set DARTLAKE_TRACE=1 for the stack, and report it)",
    };

    static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
