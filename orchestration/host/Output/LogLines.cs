using System.Globalization;
using Dart.Lake.Lakehouse.Engines.Formats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Dart.Lake.Host.Output;

/// <summary>
/// Each message of a log is one line with its time, level, category and id; on a terminal it is broken at blanks. Whatever a message
/// quotes of the data, no control character of it reaches the terminal.
/// </summary>
sealed class LogLines(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "lines";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var said = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'} {Level(logEntry.LogLevel)}: {logEntry.Category}[{logEntry.EventId.Id}] {said} {logEntry.Exception}");
        foreach (var part in TextWrap.Lines(Printable.Of(line.ReplaceLineEndings(" ")).TrimEnd(), Screen.ErrorWidth, Screen.Indent))
            textWriter.WriteLine(part);
    }

    static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
