using System.Runtime.CompilerServices;
using System.Text.Json;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// Avro payloads of one writer schema into columns, by a program of one step per field that is made once (<see cref="AvroResolution"/>).
/// Fields that the batch has no column for are read all the same, so that what is no value is a dead letter to everybody.
/// </summary>
internal sealed class AvroDecoder : RowDecoder
{
    const int LargestDecimal = 16;

    static readonly JsonElement nothing = JsonDocument.Parse("null").RootElement.Clone();

    readonly AvroStep[] steps;
    readonly (Column Column, object? Value)[] absent;
    readonly ColumnBatch? aside;
    readonly TimeChecks? asideTimes;

    AvroDecoder(AvroStep[] steps, IEnumerable<(Column, object?)> absent, ColumnBatch? aside)
    {
        this.steps = steps;
        this.absent = [.. absent];
        this.aside = aside;
        asideTimes = aside is null ? null : new(aside);
    }

    /// <param name="schema">The writer's.</param>
    /// <param name="batch">Where rows go.</param>
    /// <param name="reader">Ours, for its aliases and defaults.</param>
    /// <exception cref="LakeException">Invalid: the schema cannot be read into the contract.</exception>
    public static AvroDecoder Compile(AvroSchema schema, ColumnBatch batch, AvroSchema? reader = null) =>
        Compile(new AvroResolution(schema, reader, batch));

    /// <exception cref="LakeException">Invalid: the schema cannot be read into the contract.</exception>
    public static AvroDecoder Compile(AvroResolution resolution)
    {
        var (steps, aside) = resolution.Steps();
        return new(steps, resolution.Absent(), aside);
    }

    /// <summary>Reads the fields as the writer has them, whatever the table has; only to be looked at.</summary>
    /// <param name="schema">The writer's, which the table may not be able to take.</param>
    /// <param name="batch">Of the topic; nothing goes into it.</param>
    /// <exception cref="LakeException">Invalid: names that Avro does not allow.</exception>
    public static AvroDecoder OfWriter(AvroSchema schema, ColumnBatch batch)
    {
        // a field of nobody is asked for nothing when it has a default
        List<AvroField> fields = [.. schema.Fields.Select(f => f with { Default = f.Default ?? nothing })];
        return Compile(schema with { Fields = fields }, new(batch.Contract with { Columns = [] }, 1));
    }

    public override DecodeFailure? Decode(ReadOnlySpan<byte> payload)
    {
        aside?.Rollback();
        var reader = new AvroReader(payload);
        foreach (var step in steps)
            if (Take(ref reader, step) is { } failure)
                return failure;
        foreach (var (column, value) in absent)
            column.AppendBoxed(value);
        return reader.Remaining != 0
            ? new(DeadLetterReason.Malformed, Left(reader))
            : asideTimes?.Check();
    }

    public override Glimpse Look(ReadOnlySpan<byte> payload)
    {
        aside?.Rollback();
        var reader = new AvroReader(payload);
        var fields = new List<KeyValuePair<string, string?>>();
        foreach (var step in steps)
        {
            var start = reader.Position;
            if (Take(ref reader, step) is { } failure)
                return new(fields, failure.Detail, payload[start..].ToArray());
            fields.Add(new(step.Name, ShownValue.LastOf(step.Column)));
        }
        return new(fields, reader.Remaining == 0 ? null : Left(reader), payload[reader.Position..].ToArray());
    }

    static string Left(in AvroReader reader) => $"{reader.Remaining} bytes are left after the last field";

    /// <summary>The field's value into its column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static DecodeFailure? Take(ref AvroReader reader, AvroStep step)
    {
        if (step.NullBranch >= 0)
        {
            if (!reader.TryLong(out var branch) || (ulong)branch > 1)
                return Failed(reader, step);
            if (branch == step.NullBranch)
            {
                if (!step.Column.Definition.Nullable)
                    return Required(step);
                step.Column.AppendNull();
                return null;
            }
        }
        return TryRead(ref reader, step) ? null : Failed(reader, step);
    }

    static bool TryRead(ref AvroReader reader, AvroStep step)
    {
        switch (step.Op)
        {
            case AvroOp.Long:
                if (!reader.TryLong(out var whole))
                    return false;
                Unsafe.As<Int64Column>(step.Column).Append(whole);
                return true;
            case AvroOp.Text:
                return reader.TryBytes(out var text) && Unsafe.As<TextColumn>(step.Column).TryAppend(text);
            case AvroOp.Symbol:
                return reader.TryLong(out var symbol)
                    && (ulong)symbol < (ulong)step.Symbols.Length
                    && Unsafe.As<TextColumn>(step.Column).TryAppend(step.Symbols[symbol]);
            case AvroOp.Decimal64:
                return TryDecimal64(ref reader, step);
            case AvroOp.Boolean:
                if (!reader.TryBoolean(out var flag))
                    return false;
                Unsafe.As<BooleanColumn>(step.Column).Append(flag);
                return true;
            default:
                return TryReadRare(ref reader, step);
        }
    }

    static bool TryReadRare(ref AvroReader reader, AvroStep step)
    {
        switch (step.Op)
        {
            case AvroOp.Int:
                if (!reader.TryInt(out var small))
                    return false;
                ((Int32Column)step.Column).Append(small);
                return true;
            case AvroOp.IntToLong:
                if (!reader.TryInt(out var narrow))
                    return false;
                ((Int64Column)step.Column).Append(narrow);
                return true;
            case AvroOp.Millis:
                if (!reader.TryLong(out var millis) || millis is > long.MaxValue / 1000 or < long.MinValue / 1000)
                    return false;
                ((Int64Column)step.Column).Append(millis * 1000);
                return true;
            case AvroOp.Nanos:
                if (!reader.TryLong(out var nanos) || nanos % 1000 != 0)
                    return false;
                ((Int64Column)step.Column).Append(nanos / 1000);
                return true;
            case AvroOp.Bytes:
                if (!reader.TryBytes(out var bytes))
                    return false;
                ((BinaryColumn)step.Column).Append(bytes);
                return true;
            case AvroOp.Fixed:
                if (!reader.TryTake(step.Size, out var block))
                    return false;
                ((BinaryColumn)step.Column).Append(block);
                return true;
            case AvroOp.Decimal128:
                return TryDecimal128(ref reader, step);
            case AvroOp.Null:
                return TryNull(step);
            case AvroOp.Union:
                return TryUnion(ref reader, step);
            case AvroOp.Nested:
                return TryNested(ref reader, step);
            default:
                return TryReal(ref reader, step);
        }
    }

    static bool TryReal(ref AvroReader reader, AvroStep step)
    {
        double value;
        switch (step.Op)
        {
            case AvroOp.Double:
                if (!reader.TryDouble(out value))
                    return false;
                break;
            case AvroOp.Float:
                if (!reader.TryFloat(out var single))
                    return false;
                value = single;
                break;
            case AvroOp.IntToDouble:
                if (!reader.TryInt(out var small))
                    return false;
                value = small;
                break;
            case AvroOp.LongToDouble:
                if (!reader.TryLong(out var whole))
                    return false;
                value = whole;
                break;
            default:
                throw LakeException.Bug($"{step.Op} is not read");
        }
        ((DoubleColumn)step.Column).Append(value);
        return true;
    }

    static bool TryNull(AvroStep step)
    {
        if (!step.Column.Definition.Nullable)
            return false;
        step.Column.AppendNull();
        return true;
    }

    static bool TryUnion(ref AvroReader reader, AvroStep step) =>
        reader.TryLong(out var branch)
        && (ulong)branch < (ulong)step.Branches.Length
        && step.Branches[branch] is { } taken
        && TryRead(ref reader, taken);

    /// <summary>The bytes of a value that no column of ours can hold otherwise; a union's begin with its branch.</summary>
    static bool TryNested(ref AvroReader reader, AvroStep step)
    {
        var start = reader.Position;
        if (!AvroSkipping.TrySkip(ref reader, step.Type))
            return false;
        var bytes = reader.Since(start);
        if (step.Type.Kind == AvroKind.Union && bytes is [var branch] && step.Type.Children[branch >> 1].Kind == AvroKind.Null)
            return TryNull(step);
        ((BinaryColumn)step.Column).Append(bytes);
        return true;
    }

    static bool TryDecimal64(ref AvroReader reader, AvroStep step)
    {
        if (!TryUnscaled(ref reader, step, out var raw))
            return false;
        if (raw.Length > sizeof(long) || !step.IsPlain)
        {
            if (!TryWide(raw, step, out var wide))
                return false;
            Unsafe.As<Int64Column>(step.Column).Append((long)wide);
            return true;
        }
        // Most schemas have the contract's own scale, and the value then fits a long.
        var value = (long)(sbyte)raw[0];
        for (var i = 1; i < raw.Length; i++)
            value = (value << 8) | raw[i];
        var limit = (long)step.Limit;
        if (value >= limit || value <= -limit)
            return false;
        Unsafe.As<Int64Column>(step.Column).Append(value);
        return true;
    }

    static bool TryDecimal128(ref AvroReader reader, AvroStep step)
    {
        if (!TryUnscaled(ref reader, step, out var raw) || !TryWide(raw, step, out var value))
            return false;
        ((Int128Column)step.Column).Append(value);
        return true;
    }

    /// <summary>The big-endian two's complement bytes of a decimal, at most 16 when those are left out that only repeat its sign.</summary>
    static bool TryUnscaled(ref AvroReader reader, AvroStep step, out ReadOnlySpan<byte> raw)
    {
        if (!(step.Type.Kind == AvroKind.Fixed ? reader.TryTake(step.Size, out raw) : reader.TryBytes(out raw)))
            return false;
        while (raw.Length > LargestDecimal && raw[0] == ((raw[1] & 0x80) == 0 ? 0 : 0xFF))
            raw = raw[1..];
        return raw.Length is > 0 and <= LargestDecimal;
    }

    /// <summary>The value at the column's scale; false: it has more digits, before the point or after it.</summary>
    static bool TryWide(ReadOnlySpan<byte> raw, AvroStep step, out Int128 value)
    {
        value = (sbyte)raw[0];
        for (var i = 1; i < raw.Length; i++)
            value = (value << 8) | raw[i];
        if (value >= step.WriterLimit || value <= -step.WriterLimit)
            return false;
        if (step.Divisor != 1)
        {
            if (value % step.Divisor != 0)
                return false;
            value /= step.Divisor;
        }
        if (value >= step.Limit / step.Factor + 1 || value <= -(step.Limit / step.Factor) - 1)
            return false;
        value *= step.Factor;
        return value < step.Limit && value > -step.Limit;
    }

    static DecodeFailure Required(AvroStep step) => new(DeadLetterReason.Malformed, $"field {Named(step)} is null but required");

    static DecodeFailure Failed(in AvroReader reader, AvroStep step) => reader.AtEnd
        ? new(DeadLetterReason.Truncated, $"the value ends within field {Named(step)}")
        : new(DeadLetterReason.Malformed, $"field {Named(step)} holds no {Wanted(step)}");

    static string Named(AvroStep step) => step.Name == step.Column.Definition.Name ? step.Name : $"{step.Name} (column {step.Column.Definition.Name})";

    static string Wanted(AvroStep step) => step.Op switch
    {
        AvroOp.Text => "UTF-8 string",
        AvroOp.Symbol => "symbol of its enum",
        AvroOp.Nested => step.Type.ToString(),
        _ => $"{step.Column.Definition.Type}",
    };
}
