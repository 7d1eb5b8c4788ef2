using Dart.Lake.Schemas;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>What the records of a topic say. All columns follow from the contract of its bronze table.</summary>
/// <param name="What">Its name among checks.</param>
/// <param name="Topic">The topic's name.</param>
/// <param name="Contract">Of its bronze table.</param>
sealed record Payload(string What, string Topic, TableContract Contract)
{
    /// <summary>The table of its rows.</summary>
    public string Bronze => Contract.Name;

    /// <summary>All columns beside source and sequence, which name a record.</summary>
    public IEnumerable<ContractColumn> Columns => Contract.Payload.Where(c => c.Name is not ("source" or "sequence"));

    /// <summary>Those that quarantine keeps as they are written: a time is kept as a number.</summary>
    public IEnumerable<ContractColumn> Kept => Columns.Where(c => c.Type.Kind != ColumnKind.Timestamptz);

    /// <summary>Whether two rows of the same source and sequence are equal copies, as SQL of their aliases.</summary>
    public string Same(string a, string b) => string.Join(" AND ", Columns.Select(c => $"{a}.{c.Name} IS NOT DISTINCT FROM {b}.{c.Name}"));

    public static Payload Market { get; } = Of("market", Topics.MarketData);

    public static Payload Permit { get; } = Of("PERMIT", Topics.Permit);

    public static Payload Trades { get; } = Of("trade", Topics.Trades);

    public static Payload Reference { get; } = Of("reference", Topics.Reference);

    /// <summary>Those that have a quarantine.</summary>
    public static IEnumerable<Payload> Quarantined => [Market, Permit, Reference, Trades];

    static Payload Of(string what, Topic topic) => new(what, topic.Name, topic.Contract);
}
