using System.Text.Json;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Maintenance;

/// <summary>Snapshots of a table that the ledger names: what runs read, and what went into publications.</summary>
static class RunInputs
{
    /// <exception cref="LakeException">Corrupt: a row of the ledger is not JSON; what it needs is not known then.</exception>
    public static async Task<IReadOnlySet<long>> ReadAsync(Ledger ledger, TableIdent table, CancellationToken cancel)
    {
        var needed = new HashSet<long>();
        foreach (var run in await ledger.ListRunsAsync(null, null, int.MaxValue, cancel))
            Add(needed, table, run.RunId, run.Inputs, inputs => inputs);
        foreach (var publication in await ledger.ListPublicationsAsync(null, null, cancel))
            Add(needed, table, publication.RunId, publication.Body, body =>
                body.ValueKind == JsonValueKind.Object && body.TryGetProperty("inputs", out var inputs) ? inputs : default);
        return needed;
    }

    static void Add(HashSet<long> needed, TableIdent table, string runId, string text, Func<JsonElement, JsonElement> inputsOf)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var inputs = inputsOf(json.RootElement);
            if (inputs.ValueKind == JsonValueKind.Object
                && inputs.TryGetProperty(table.ToString(), out var id)
                && id.ValueKind == JsonValueKind.Number
                && id.TryGetInt64(out var snapshot))
                needed.Add(snapshot);
        }
        catch (JsonException e)
        {
            throw LakeException.Corrupt($"the ledger's record of run {runId} cannot be read ({e.Message}), so that it is not known which snapshots it needs; nothing was done", e);
        }
    }
}
