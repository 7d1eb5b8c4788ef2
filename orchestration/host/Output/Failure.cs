using System.CommandLine;
using System.CommandLine.Parsing;
using Dart.Lake.Lakehouse.Engines.Formats;

namespace Dart.Lake.Host.Output;

/// <summary>Turns a failure into one line on stderr and an exit code: 1 what ran failed, 2 wrong usage or configuration.</summary>
/// <param name="json">Whether stdout is read by a program: then it gets the failure as a document.</param>
sealed class Failure(bool json)
{
    /// <summary>A line that cannot be parsed: its first error, and where help is.</summary>
    public int Usage(ParseResult parsed)
    {
        var path = Help.PathOf(parsed.CommandResult.Command);
        return End(nameof(LakeErrorKind.Invalid), $"{What(parsed)}; see '{(path == "dartlake" ? path : $"dartlake {path}")} --help'", 2);
    }

    /// <summary>What ran has thrown.</summary>
    public int Report(Exception failure)
    {
        var cause = failure is AggregateException { InnerExceptions: [var only] } ? only : failure;
        var kind = (cause as LakeException)?.Kind
            ?? (cause is IOException or UnauthorizedAccessException ? LakeErrorKind.Unavailable : LakeErrorKind.Bug);
        var code = End(kind.ToString(), Describe(cause), kind == LakeErrorKind.Invalid ? 2 : 1);
        if (Environment.GetEnvironmentVariable("DARTLAKE_TRACE") is { Length: > 0 })
            Console.Error.WriteLine(failure);
        return code;
    }

    /// <summary>The user ended it before it was done; a job that streams until it is stopped ends well instead.</summary>
    public int Stopped() => End("stopped", "stopped before it was done; run it again, nothing half-done is visible", 1);

    /// <summary>Something to know beside an answer: a line on stderr.</summary>
    public static void Note(string message) => Screen.ErrorLine($"dartlake: {OneLine(message)}");

    /// <summary>What ran has found something wrong, and has printed what: the line, and exit code 1.</summary>
    public static int Say(string message)
    {
        Note(message);
        return 1;
    }

    int End(string kind, string message, int code)
    {
        Say(message);
        if (json)
            Json.PrintError(kind, OneLine(message), code);
        return code;
    }

    static string What(ParseResult parsed) => (parsed.UnmatchedTokens, parsed.Errors[0].SymbolResult) switch
    {
        // such as that '@file' names none: what it would have said is missing too
        _ when parsed.Errors.FirstOrDefault(e => e.Message.Contains("response file", StringComparison.OrdinalIgnoreCase)) is { } file =>
            file.Message.TrimEnd('.'),
        ([var unknown, ..], _) => $"'{unknown}' is not known here",
        (_, CommandResult { Command: { Subcommands.Count: > 0 } command }) =>
            $"one of {string.Join(", ", command.Subcommands.Select(verb => verb.Name))} is wanted",
        (_, OptionResult { Tokens.Count: 0 } flag) => $"{flag.Option.Name} wants a value, {flag.Option.HelpName}",
        (_, ArgumentResult { Tokens.Count: 0 } missing) => $"{missing.Argument.HelpName ?? missing.Argument.Name} is missing",
        _ => parsed.Errors[0].Message.TrimEnd('.'),
    };

    /// <summary>What a failure says to people.</summary>
    public static string Describe(Exception cause) => cause is LakeException or UnauthorizedAccessException or IOException
        ? cause.Message
        : $"unexpected {cause.GetType().Name}: {cause.Message} (set DARTLAKE_TRACE=1 for the stack, and report it)";

    static string OneLine(string text) => Printable.Of(text.ReplaceLineEndings(" ")).Trim();
}
