using System.Text;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>What is done for a field, or for a branch of its union: where its value goes, and how it is read.</summary>
internal sealed class AvroStep
{
    /// <summary>Of a decimal that a column can hold.</summary>
    const int MostDigits = 38;

    AvroStep(AvroOp op, Column column, AvroType type, int nullBranch, string name) =>
        (Op, Column, Type, NullBranch, Name) = (op, column, type, nullBranch, name);

    public AvroOp Op { get; }
    public Column Column { get; }
    public AvroType Type { get; }

    /// <summary>The place of null in a union of two, -1 when the value stands alone.</summary>
    public int NullBranch { get; }
    public string Name { get; }

    /// <summary>An enum's symbols as UTF-8.</summary>
    public byte[][] Symbols { get; private init; } = [];

    /// <summary>Bytes of a fixed; 0: the length stands before them.</summary>
    public int Size { get; private init; }

    /// <summary>A decimal is multiplied with this where the column has more digits after the point…</summary>
    public long Factor { get; private init; } = 1;

    /// <summary>…and divided by this where it has fewer, which must leave nothing.</summary>
    public Int128 Divisor { get; private init; } = 1;

    /// <summary>What a decimal must stay below.</summary>
    public Int128 Limit { get; private init; }

    /// <summary>
    /// What it must stay below as it was written. An additional column may be wider than the writer's type in one job and not there in
    /// another, and both decide alike; a column of the contract is the same for all, and what fits it is kept.
    /// </summary>
    public Int128 WriterLimit { get; private init; } = Int128.MaxValue;

    /// <summary>The decimal is as the column has it, but for its limit.</summary>
    public bool IsPlain => Factor == 1 && Divisor == 1 && WriterLimit >= Limit;

    /// <summary>How each branch of a union is read; null: its values do not fit.</summary>
    public AvroStep?[] Branches { get; private init; } = [];

    /// <summary>The step for a field; null: the types do not fit.</summary>
    public static AvroStep? TryMake(AvroType type, Column column, int nullBranch, string name)
    {
        var to = column.Definition.Type;
        if (AvroColumns.Op(to, type) is not { } op)
            return null;
        var isDecimal = op is AvroOp.Decimal64 or AvroOp.Decimal128;
        return new(op, column, type, nullBranch, ShownName.Of(name))
        {
            Symbols = op == AvroOp.Symbol ? [.. type.Symbols.Select(Encoding.UTF8.GetBytes)] : [],
            Size = type.Size,
            Factor = isDecimal ? (long)PowerOfTen(Math.Max(to.Scale - type.Scale, 0)) : 1,
            Divisor = isDecimal ? PowerOfTen(Math.Max(type.Scale - to.Scale, 0)) : 1,
            Limit = isDecimal ? PowerOfTen(to.Precision) : 0,
            WriterLimit = isDecimal && column.Definition.IsAdditional ? PowerOfTen(Math.Min(type.Precision, MostDigits)) : Int128.MaxValue,
            Branches = op == AvroOp.Union ? [.. type.Children.Select(b => TryMake(b, column, -1, name))] : [],
        };
    }

    static Int128 PowerOfTen(int exponent)
    {
        Int128 power = 1;
        for (var i = 0; i < exponent; i++)
            power *= 10;
        return power;
    }
}
