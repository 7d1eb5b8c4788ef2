using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;

namespace Dart.Lake.Host.Tests.Lines;

public class HelpTests
{
    static readonly RootCommand Root = Verbs.Root.Build(Settings.Load(), TimeProvider.System, IdSource.Seeded(1));

    static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);

    public static TheoryData<string> Paths => [.. All(Root).Select(Help.PathOf)];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Help_of_every_verb_fits_80_columns_and_has_lines_to_copy(string verb)
    {
        using var output = new StringWriter();
        var words = verb == "dartlake" ? [] : verb.Split(' ');
        var code = await Root
            .Parse([.. words, "--help"])
            .InvokeAsync(new InvocationConfiguration { Output = output }, TestContext.Current.CancellationToken);
        Assert.Equal(0, code);
        Assert.DoesNotContain(output.ToString().Split('\n'), line => line.TrimEnd().Length > 80);
        Assert.Contains($"Examples:\n  {(verb == "dartlake" ? "" : "dartlake ")}{verb}", output.ToString(), StringComparison.Ordinal);
    }
}
