using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;

namespace Dart.Lake.Host.Verbs;

/// <summary>What verbs share that work on a lake that is there: its flag, <c>--json</c>, and the opening.</summary>
static class LakeVerb
{
    /// <summary>What the verb does; the answer is the exit code.</summary>
    public delegate Task<int> Act(Lake lake, ParseResult parsed, bool json, CancellationToken cancel);

    /// <param name="verb">Gets the flags and the action.</param>
    /// <param name="composition">Opens the lake.</param>
    /// <param name="act">What it does.</param>
    /// <param name="before">What is done before the lake is opened.</param>
    public static Command OnLake(
        this Command verb, Composition composition, Act act, Func<ParseResult, CancellationToken, Task>? before = null)
    {
        var (dataDir, json) = (Flags.DataDir(composition.Settings), Flags.Json());
        verb.Add(dataDir);
        verb.Add(json);
        verb.SetAction(async (parsed, cancel) =>
        {
            if (before is not null)
                await before(parsed, cancel);
            await using var lake = await composition.OpenExistingAsync(parsed.GetValue(dataDir)!, cancel);
            return await act(lake, parsed, parsed.GetValue(json), cancel);
        });
        return verb;
    }

    /// <summary>A verb whose whole answer is one table.</summary>
    public static Command PrintsTable(
        this Command verb,
        Composition composition,
        Func<Lake, ParseResult, CancellationToken, Task<ResultTable>> read) => verb.OnLake(composition, async (
            lake, parsed, json, cancel) =>
    {
        (await read(lake, parsed, cancel)).Print(json);
        return 0;
    });
}
