using System.Globalization;

namespace Dart.Lake.Schemas;

/// <summary>
/// A rule that each row of a table keeps. The list is closed: one parsed record makes the SQL for silver and the predicate of the
/// hot path, so there are no free expressions. A null never breaks a rule other than <see cref="NotNullRule"/>.
/// </summary>
public abstract record RowRule
{
    private protected RowRule(string name) => Name = name;

    /// <summary>Unique within the table; it is the reason that quarantine shows.</summary>
    public string Name { get; }

    /// <summary>What it asks of a row, in words.</summary>
    public abstract string Says { get; }
}

/// <summary>Min ≤ column ≤ max; a bound that is null does not bind.</summary>
public sealed record RangeRule(string Name, string Column, decimal? Min, decimal? Max) : RowRule(Name)
{
    /// <inheritdoc/>
    public override string Says => $"{(Min is { } min ? $"{Text(min)} <= " : "")}{Column}{(Max is { } max ? $" <= {Text(max)}" : "")}";

    static string Text(decimal bound) => bound.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The column is one of the values.</summary>
public sealed record InRule(string Name, string Column, IReadOnlyList<string> Values) : RowRule(Name)
{
    /// <inheritdoc/>
    public override string Says => $"{Column} is one of {string.Join(", ", Values)}";
}

/// <summary>The column is present.</summary>
public sealed record NotNullRule(string Name, string Column) : RowRule(Name)
{
    /// <inheritdoc/>
    public override string Says => $"{Column} is there";
}

/// <summary>
/// The column's value is a <paramref name="Key"/> of <paramref name="Table"/>,
/// valid at the time in column <paramref name="AsOf"/> (null: at any time).
/// </summary>
public sealed record ReferenceRule(string Name, string Column, string Table, string Key, string? AsOf) : RowRule(Name)
{
    /// <summary>A column of the row, and one of the table that must have its value beside the key; null: the key is enough.</summary>
    public (string Column, string Key)? Same { get; init; }

    /// <inheritdoc/>
    public override string Says =>
        $"{Column} is in {Table}.{Key}{(AsOf is null ? "" : $" at {AsOf}")}{(Same is { } same ? $", with {same.Column} as its {same.Key}" : "")}";
}

/// <summary>|b − a| is at most so many seconds.</summary>
public sealed record WithinRule(string Name, string A, string B, long Seconds) : RowRule(Name)
{
    /// <inheritdoc/>
    public override string Says => string.Create(CultureInfo.InvariantCulture, $"{A} and {B} are at most {Seconds} s apart");
}
