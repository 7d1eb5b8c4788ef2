using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Commits;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Updates;

namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>
/// One commit on its way to a REST catalog. What was lost is sent again as it is: it asserts where main was, so it happens once at most.
/// A refusal is looked at before it is believed: what stands between may have sent the commit twice, and tells the second answer.
/// </summary>
/// <param name="door">The catalog's.</param>
/// <param name="prepared">The tables, of which some may not change.</param>
/// <param name="renew">Throws when a lease is another's; asked before each sending.</param>
/// <param name="done">Told of an answer that says it is done; what it throws is as if the answer were lost.</param>
sealed class RemoteCommit(RemoteDoor door, IReadOnlyList<PreparedTable> prepared, Func<Task> renew, Func<Task> done)
{
    readonly IReadOnlyList<PreparedTable> changed = [.. prepared.Where(p => p.Changes)];

    string Names => string.Join(", ", prepared.Select(p => p.Next.Ident));

    /// <summary>False: another was first, and it cannot happen any more.</summary>
    /// <exception cref="LakeException">Unknown: it may have happened, or a part of it; any other: it has not.</exception>
    public async Task<bool> RunAsync()
    {
        if (changed.Count == 0)
        {
            await renew();
            return true;
        }
        var (mayHaveHappened, why) = (false, "");
        for (var attempt = 0; attempt <= door.Retries; attempt++)
        {
            if (attempt > 0)
                await door.WaitAsync(attempt - 1, why);
            try
            {
                await renew();
                var outcome = await SendAsync();
                if (outcome.Of == RemoteOutcome.Kind.Done)
                    return true;
                why = outcome.Why;
                if (outcome.Of == RemoteOutcome.Kind.Lost)
                {
                    mayHaveHappened = true;
                    continue;
                }
                if (await LookAsync(mayHaveHappened, why) is { } known)
                    return known || (!mayHaveHappened && Refused(outcome));
            }
            catch (LakeException e) when (mayHaveHappened && !e.OutcomeIsUnknown)
            {
                why = e.Message;
                break;
            }
        }
        return await LookAsync(mayHaveHappened, why) ?? throw Unknown(why);
    }

    /// <summary>One that was sent once, and was not taken.</summary>
    bool Refused(RemoteOutcome outcome) => outcome.Of switch
    {
        RemoteOutcome.Kind.Refused => false,
        RemoteOutcome.Kind.Missing => throw LakeException.Conflict($"{Names}: {outcome.Why}; nothing was committed, so start what writes to it again"),
        _ => throw LakeException.Invalid($"{door.Shown} does not take the commit to {Names}: {outcome.Why}"),
    };

    async Task<RemoteOutcome> SendAsync()
    {
        var outcome = prepared is [var only]
            ? await door.CommitAsync(only.Base.Ident, json => TableUpdates.Write(json, only.Base.Metadata, only.Next.Metadata))
            : await door.CommitAsync(prepared.OrderBy(p => p.Base.Ident).Select(p => (
                p.Base.Ident, new Action<Utf8JsonWriter>(json => TableUpdates.Write(json, p.Base.Metadata, p.Next.Metadata)))));
        try
        {
            if (outcome.Of == RemoteOutcome.Kind.Done)
                await done();
            return outcome;
        }
        catch (IOException e)
        {
            return new(RemoteOutcome.Kind.Lost, e.Message);
        }
    }

    /// <summary>What the tables tell: it has happened; or it cannot any more, since one is not where it was; null: neither.</summary>
    async Task<bool?> LookAsync(bool mayHaveHappened, string why)
    {
        var (shown, moved) = (0, 0);
        foreach (var table in changed)
        {
            TableMetadata? now;
            try
            {
                now = (await door.TryLoadAsync(table.Next.Ident, CancellationToken.None))?.Metadata;
            }
            catch (LakeException e)
            {
                throw Unknown($"{why}; {e.Message}", e);
            }
            if (now is not null && TableDifference.Shows(now, table.Base.Metadata, table.Next.Metadata))
                shown++;
            else if (now is null || TableDifference.HasMoved(now, table.Base.Metadata, table.Next.Metadata))
                moved++;
        }
        return shown == changed.Count ? true
            : shown > 0 ? throw Unknown($"{why}; {shown} of its {changed.Count} tables have it: the catalog does not commit several tables at once as it says")
            : moved > 0 || !mayHaveHappened ? false
            : null;
    }

    LakeException Unknown(string why, Exception? cause = null) =>
        LakeException.Unknown($"whether the commit to {Names} happened is not known ({why}); look at the tables' history before you repeat it", cause);
}
