using Dart.Lake.Lakehouse.Engines.Statements;

namespace Dart.Lake.Lakehouse.Engines.Trino.Statements;

/// <summary>
/// Tables as they were at a tag, snapshot or time. The state is written behind each name that the statement's parts show, which may miss
/// one (of a view, in a table function) or meet what is no table. So nothing rests on that: a name that is no table makes a syntax error,
/// for no other place of Trino's grammar takes a version, and Trino's own plan must say that it reads the wanted snapshots and no other.
/// </summary>
/// <param name="state">The state that is asked for.</param>
/// <param name="catalog">The lake's name in Trino.</param>
sealed class TrinoAsOf(EarlierState state, string catalog)
{
    public IReadOnlyCollection<string> Remarks => state.Remarks;

    /// <summary>The statement on the state.</summary>
    /// <param name="statement">A query.</param>
    /// <param name="explain">Gives Trino's answer to a statement that has one value.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LakeException">Invalid: it cannot be said of this statement, and what to write instead.</exception>
    public async Task<string> ApplyAsync(
        TrinoStatement statement, Func<string, CancellationToken, Task<string>> explain, CancellationToken cancel)
    {
        if (!statement.IsQuery)
            throw LakeException.Invalid("only a SELECT, WITH, VALUES or TABLE reads tables as they were; leave --as-of away");
        var (sql, snapshots) = await state.WriteAsync(
            statement.Sql, statement.Tokens, catalog, snapshot => $" FOR VERSION AS OF BIGINT '{snapshot}'", cancel);
        string plan;
        try
        {
            plan = await explain(TrinoPlan.Question + sql, cancel);
        }
        catch (LakeException e) when (IsOfSyntax(e) && sql != statement.Sql)
        {
            // any other error is the statement's own, and ends the transaction, so that nothing can be asked after it
            await explain(TrinoPlan.Question + statement.Sql, cancel);
            throw LakeException.Invalid($"this statement cannot be read as of '{state.Word}' ({e.Message}); {Instead}", e);
        }
        var wanted = snapshots.Select(s => $"{catalog}:{s.Key}$data@{s.Value}".ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        if (TrinoPlan.Reads(plan).FirstOrDefault(read => !wanted.Contains(read.Split(' ')[0].ToLowerInvariant())) is { } other)
            throw LakeException.Invalid($"this statement would not be read as of '{state.Word}': Trino reads {other} for it; {Instead}");
        return sql;
    }

    static bool IsOfSyntax(LakeException failure) => failure.Message.Contains("(SYNTAX_ERROR,", StringComparison.Ordinal);

    static string Instead => "leave --as-of away and write FOR VERSION AS OF 'TAG' or FOR TIMESTAMP AS OF TIMESTAMP '…' behind each table";
}
