using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Lakehouse.Engines.DuckDb;
using Microsoft.Extensions.Logging;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>ls|show|release|drop</c> of records that were set aside: one shape, whatever set them aside.</summary>
/// <typeparam name="TOffice">Knows them and acts on them.</typeparam>
/// <typeparam name="TRecord">One of them.</typeparam>
abstract class SetAsideVerbs<TOffice, TRecord>(Composition composition)
{
    delegate Task<int> Act(TOffice office, Chosen chosen, ParseResult parsed, bool json, CancellationToken cancel);

    /// <summary>What the verbs say of themselves.</summary>
    /// <param name="Name">Of them together; of the log too.</param>
    /// <param name="About">Of them together.</param>
    /// <param name="List">Of <c>ls</c>.</param>
    /// <param name="Show">Of <c>show</c>.</param>
    /// <param name="Release">Of <c>release</c>.</param>
    /// <param name="Released">What it has done, before the name of a table.</param>
    /// <param name="Drop">Of <c>drop</c>.</param>
    /// <param name="Dropped">What it has done, before the name of a table.</param>
    /// <param name="Date">What <c>--date</c> is of.</param>
    /// <param name="None">That nothing is chosen.</param>
    protected sealed record Texts(
        string Name,
        string About,
        string List,
        string Show,
        string Release,
        string Released,
        string Drop,
        string Dropped,
        string Date,
        string None);

    /// <summary>A record with all its values: as a document, and as lines for people.</summary>
    protected sealed record Shown(object Document, IEnumerable<string> Lines);

    protected abstract Texts Says { get; }

    /// <summary>What a reason can be; none: any word.</summary>
    protected virtual IReadOnlyList<string> Reasons => [];

    protected abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Flags that only a release has.</summary>
    protected virtual IReadOnlyList<Option> ReleaseFlags => [];

    protected abstract TOffice Open(Lake lake, DuckDbEngine engine, ILogger log);

    protected abstract Task<IReadOnlyList<TRecord>> ListAsync(TOffice office, Chosen chosen, int most, CancellationToken cancel);

    protected abstract object?[] Row(TRecord record);

    protected abstract Task<Shown> ShowAsync(TOffice office, TRecord record, CancellationToken cancel);

    protected abstract Task<ActReport> ReleaseAsync(
        TOffice office, Chosen chosen, Signature signature, ParseResult parsed, CancellationToken cancel);

    protected abstract Task<ActReport> DropAsync(TOffice office, Chosen chosen, Signature signature, CancellationToken cancel);

    protected Composition Composition => composition;

    public Command Build() => new(Says.Name, Says.About) { List(), Show(), Release(), Drop() };

    Command List()
    {
        var limit = ChoiceFlags.Limit(1000);
        return Verb("ls", Says.List, mustChoose: false, async (office, chosen, parsed, json, cancel) =>
        {
            var most = parsed.GetValue(limit);
            var records = await ListAsync(office, chosen, most + 1, cancel);
            var result = new ResultTable("", [.. Columns]);
            foreach (var record in records.Take(most))
                result.Add(Row(record));
            result.Print(json);
            if (records.Count > most)
                Failure.Note($"there are more than {most}; choose fewer, or raise --limit");
            return 0;
        }, limit);
    }

    Command Show()
    {
        var limit = ChoiceFlags.Limit(20);
        return Verb("show", Says.Show, mustChoose: false, async (office, chosen, parsed, json, cancel) =>
        {
            var documents = new List<object>();
            foreach (var record in await ListAsync(office, chosen, parsed.GetValue(limit), cancel))
            {
                var shown = await ShowAsync(office, record, cancel);
                foreach (var line in json ? [] : shown.Lines)
                    Screen.Line(line);
                documents.Add(shown.Document);
            }
            if (json)
                Json.Print(documents);
            else if (documents.Count == 0)
                Screen.Line(Says.None);
            return 0;
        }, limit);
    }

    Command Release()
    {
        var signature = new SignatureFlags();
        return Verb("release", Says.Release, mustChoose: true, async (office, chosen, parsed, json, cancel) =>
            ActText.Print(await ReleaseAsync(office, chosen, signature.Of(parsed), parsed, cancel), Says.Released, json),
            [.. signature.All, .. ReleaseFlags]);
    }

    Command Drop()
    {
        var signature = new SignatureFlags();
        return Verb("drop", Says.Drop, mustChoose: true, async (office, chosen, parsed, json, cancel) =>
            ActText.Print(await DropAsync(office, chosen, signature.Of(parsed), cancel), Says.Dropped, json), signature.All);
    }

    Command Verb(string name, string description, bool mustChoose, Act act, params IEnumerable<Option> more)
    {
        var choice = new ChoiceFlags(Reasons, Says.Date, mustChoose);
        var verb = new Command(name, description);
        foreach (var option in choice.All.Concat(more))
            verb.Add(option);
        return verb.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            await using var engine = composition.DuckDb(lake);
            using var logs = composition.Logs();
            var office = Open(lake, engine, logs.CreateLogger(Says.Name));
            return await act(office, choice.Of(parsed), parsed, json, cancel);
        });
    }
}
