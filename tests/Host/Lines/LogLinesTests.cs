using Dart.Lake.Host.Output;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dart.Lake.Host.Tests.Lines;

public sealed class LogLinesTests
{
    [Fact]
    public void A_message_is_one_line_whatever_it_quotes_of_the_data()
    {
        using var writer = new StringWriter();
        var entry = new LogEntry<string>(
            LogLevel.Error, "hot", new EventId(1209), "account A\u001b[2J\u009b31m\nB", new InvalidOperationException("no\r\nwhere"), (text, _) => $"{text} has no numbers");
        new LogLines(new Fixed()).Write(entry, null, writer);
        Assert.Equal(
            $"2026-09-21T14:30:05Z fail: hot[1209] account A [2J 31m B has no numbers System.InvalidOperationException: no where{Environment.NewLine}",
            writer.ToString());
    }

    sealed class Fixed : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 9, 21, 14, 30, 5, TimeSpan.Zero);
    }
}
