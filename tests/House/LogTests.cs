using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dart.Lake.House.Tests;

/// <summary>Log lines are <c>[LoggerMessage]</c>s with ids, in one file per project.</summary>
public class LogTests
{
    /// <summary>Each project that logs: the file of its messages, and its thousand of ids.</summary>
    static readonly Dictionary<string, int> Thousands = new(StringComparer.Ordinal) { ["jobs/JobLog.cs"] = 1, ["lakehouse/serving/ServingLog.cs"] = 2 };

    static IEnumerable<(string File, int Id)> Messages() =>
        from file in Repository.ProductCode
        from attribute in Repository.Parse(file).DescendantNodes().OfType<AttributeSyntax>()
        where attribute.Name.ToString() == "LoggerMessage"
        select (file, int.TryParse(attribute.ArgumentList!.Arguments[0].ToString(), out var id) ? id : -1);

    [Fact]
    public void A_message_has_an_id_of_its_project_in_the_project_s_file() => Repository.None(
        from message in Messages()
        where !Thousands.TryGetValue(message.File, out var thousand) || message.Id / 1000 != thousand
        select $"{message.File}: {message.Id}", "log lines stand in the one file of their project, with an id of its thousand");

    [Fact]
    public void No_id_is_used_twice()
    {
        Assert.NotEmpty(Messages());
        Repository.None(Messages().GroupBy(m => m.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {g.Count()} messages"), "give it the next free id");
    }

    [Fact]
    public void Nothing_is_logged_without_an_id() => Repository.None(
        from project in ProductCompilations.All
        from file in project.Sources.Keys
        from meaning in project.MeaningsIn(file)
        where meaning.Symbol is IMethodSymbol { Name: var name } && name.StartsWith("Log", StringComparison.Ordinal)
        let type = meaning.Symbol.ContainingType?.ToDisplayString()
        where type is "Microsoft.Extensions.Logging.ILogger" or "Microsoft.Extensions.Logging.LoggerExtensions"
        select $"{file}: {meaning.Node}", "write a [LoggerMessage] in the project's file of them");
}
