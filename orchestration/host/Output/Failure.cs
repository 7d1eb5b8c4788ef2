using System.CommandLine;
using System.CommandLine.Parsing;

namespace Dart.Lake.Host.Output;

/// <summary>Turns a failure into one line on stderr and an exit code: 1 what ran failed, 2 wrong usage or configuration.</summary>
static class Failure
{
    /// <summary>A line that cannot be parsed: its first error, and where help is.</summary>
    public static int Usage(ParseResult parsed)
    {
        var line = "dartlake";
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } result; at = at.Parent)
            line = line.Insert("dartlake".Length, $" {result.Command.Name}");
        Console.Error.WriteLine($"dartlake: {OneLine(What(parsed))}; see '{line} --help'");
        return 2;
    }

    static string What(ParseResult parsed) => (parsed.UnmatchedTokens, parsed.Errors[0].SymbolResult) switch
    {
        ([var unknown, ..], _) => $"'{unknown}' is not known here",
        (_, CommandResult { Command: { Subcommands.Count: > 0 } command }) => $"one of {string.Join(", ", command.Subcommands.Select(verb => verb.Name))} is wanted",
        (_, OptionResult { Tokens.Count: 0 } flag) => $"{flag.Option.Name} wants a value, {flag.Option.HelpName}",
        (_, ArgumentResult { Tokens.Count: 0 } missing) => $"{missing.Argument.HelpName ?? missing.Argument.Name} is missing",
        _ => parsed.Errors[0].Message.TrimEnd('.'),
    };

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
