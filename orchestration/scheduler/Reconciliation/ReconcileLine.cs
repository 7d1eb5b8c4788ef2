using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Orchestration.Reconciliation;

/// <summary>Two values that must be equal, and where they are from.</summary>
/// <param name="Check">What is compared.</param>
/// <param name="Subject">Account, instrument, table or coordinate; "all" where nothing differs.</param>
/// <param name="LeftName">Where the left value is from.</param>
/// <param name="RightName">Where the right value is from.</param>
/// <param name="Left">The left value.</param>
/// <param name="Right">The right value.</param>
public sealed record ReconcileLine(string Check, string Subject, string LeftName, string RightName, decimal Left, decimal Right)
{
    public decimal Difference => Left - Right;
    public bool Ok { get; init; } = Left == Right;

    /// <summary>Whether there was something to compare with; else the line is not <see cref="Ok"/>, and no difference.</summary>
    public bool IsCompared { get; init; } = true;

    /// <summary>Nothing was compared as a table or a file could not be read: that is a failure.</summary>
    public bool IsUnread { get; init; }

    /// <summary>What the values do not say: a coordinate, or why the line could not be computed.</summary>
    public string Says { get; init; } = "";

    public override string ToString() =>
        $"{Check}, {Subject}: {LeftName} {Plain(Left)}, {RightName} {Plain(Right)} {(Says.Length > 0 ? $"({Says})" : "")}".TrimEnd();

    /// <summary>A line of what could not be compared, and why.</summary>
    public static ReconcileLine NotCompared(string check, string leftName, string rightName, string why) =>
        new(check, "all", leftName, rightName, 0, 0) { Ok = false, IsCompared = false, Says = why };

    /// <summary>A decimal keeps its scale; its trailing noughts say nothing here.</summary>
    public static decimal Plain(decimal value) => value / 1.000000000000000000000000000000000m;
}

/// <summary>All lines of a day.</summary>
public sealed record ReconcileReport(DateOnly Date, IReadOnlyList<ReconcileLine> Lines)
{
    /// <summary>Tables of the lake that could not be read, and why; nothing was compared with them.</summary>
    public IReadOnlyDictionary<TableIdent, LakeException> LeftOut { get; init; } = new Dictionary<TableIdent, LakeException>();

    /// <summary>Nothing differs, and all tables could be read.</summary>
    public bool Ok => !Differing.Any() && !Unread.Any();

    /// <summary>What could not be read.</summary>
    public IEnumerable<ReconcileLine> Unread => Lines.Where(line => line.IsUnread);

    public IEnumerable<ReconcileLine> Differing => Lines.Where(line => line.IsCompared && !line.Ok);

    public IEnumerable<ReconcileLine> NotCompared => Lines.Where(line => !line.IsCompared);
}
