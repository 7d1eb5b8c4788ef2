using System.Runtime.CompilerServices;
using System.Text;
using Dart.Lake.Lakehouse.Columns;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>
/// Avro payloads of one writer schema into columns, by a program of one step per field that
/// is made once. Fields and columns meet by name; a field that the contract lacks is refused,
/// because bronze holds every field; a nullable column that the schema lacks is null.
/// </summary>
internal sealed class AvroDecoder : RowDecoder
{
    enum Op : byte
    {
        Boolean,
        Int,
        Long,
        Millis,
        Float,
        Double,
        IntToDouble,
        Text,
        Symbol,
        Bytes,
        Fixed,
        Decimal64,
        Decimal128,
    }

    /// <summary>
    /// What is done for a field: where its value goes, how it is read, what it is multiplied with, what it must stay below.
    /// </summary>
    sealed record Step(Op Op, Column Column, int NullBranch, string Name, byte[][] Symbols, int Size, long Factor, Int128 Limit);

    readonly Step[] steps;
    readonly Column[] absent;

    AvroDecoder(Step[] steps, Column[] absent)
    {
        this.steps = steps;
        this.absent = absent;
    }

    /// <exception cref="LakeException">Invalid: the schema cannot be read into the contract.</exception>
    public static AvroDecoder Compile(AvroSchema schema, ColumnBatch batch)
    {
        var program = schema.Fields.Select(f => batch.Contract.IndexOf(f.Name) is >= 0 and var i && !TableContract.IsCoordinate(f.Name)
            ? Resolve(f, batch[i])
            : throw LakeException.Invalid($"{batch.Contract.Name} has no column for field {f.Name}")).ToArray();
        var written = schema.Fields.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        var missing = new List<Column>();
        for (var i = 0; i < batch.ColumnCount; i++)
        {
            var column = batch[i].Definition;
            if (TableContract.IsCoordinate(column.Name) || written.Contains(column.Name))
                continue;
            missing.Add(column.Nullable ? batch[i] : throw LakeException.Invalid($"the schema has no field {column.Name}, which {batch.Contract.Name} requires"));
        }
        return new(program, [.. missing]);
    }

    static Step Resolve(AvroField field, Column column)
    {
        var (type, definition) = (field.Type, column.Definition);
        var (factor, limit) = (1L, Int128.Zero);
        if (definition.Type.Kind == ColumnKind.Decimal && type.Logical == AvroLogical.Decimal && type.Scale <= definition.Type.Scale)
        {
            factor = (long)PowerOfTen(Math.Min(definition.Type.Scale - type.Scale, 18));
            limit = PowerOfTen(definition.Type.Precision);
        }
        Op? op = (definition.Type.Kind, type.Kind, type.Logical) switch
        {
            (ColumnKind.String, AvroKind.String, _) => Op.Text,
            (ColumnKind.String, AvroKind.Enum, _) => Op.Symbol,
            (ColumnKind.Int, AvroKind.Int, AvroLogical.None) => Op.Int,
            (ColumnKind.Date, AvroKind.Int, AvroLogical.Date) => Op.Int,
            (ColumnKind.Long, AvroKind.Int or AvroKind.Long, AvroLogical.None) => Op.Long,
            (ColumnKind.Timestamptz, AvroKind.Long, AvroLogical.TimestampMicros) => Op.Long,
            (ColumnKind.Timestamptz, AvroKind.Long, AvroLogical.TimestampMillis) => Op.Millis,
            (ColumnKind.Boolean, AvroKind.Boolean, _) => Op.Boolean,
            (ColumnKind.Double, AvroKind.Double, _) => Op.Double,
            (ColumnKind.Double, AvroKind.Float, _) => Op.Float,
            (ColumnKind.Double, AvroKind.Int, AvroLogical.None) => Op.IntToDouble,
            (ColumnKind.Binary, AvroKind.Bytes, _) => Op.Bytes,
            (ColumnKind.Binary, AvroKind.Fixed, _) => Op.Fixed,
            (ColumnKind.Decimal, AvroKind.Bytes or AvroKind.Fixed, AvroLogical.Decimal) when limit > 0
                && definition.Type.Scale - type.Scale <= 18 =>
                definition.Type.Precision <= 18 ? Op.Decimal64 : Op.Decimal128,
            _ => null,
        };
        return op is { } known
            ? new(known, column, field.NullBranch, field.Name, [.. type.Symbols.Select(Encoding.UTF8.GetBytes)], type.Size, factor, limit)
            : throw LakeException.Invalid($"field {field.Name} ({type.Kind}{(type.Logical == AvroLogical.None ? "" : $", {type.Logical}")}, scale {type.Scale}) does not fit the column's {definition.Type}");
    }

    public override DecodeFailure? Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new AvroReader(payload);
        foreach (var step in steps)
        {
            if (step.NullBranch >= 0)
            {
                if (!reader.TryLong(out var branch) || (ulong)branch > 1)
                    return Failed(reader, step);
                if (branch == step.NullBranch)
                {
                    if (!step.Column.Definition.Nullable)
                        return new(DeadLetterReason.Malformed, $"field {step.Name} is null but required");
                    step.Column.AppendNull();
                    continue;
                }
            }
            if (!TryRead(ref reader, step))
                return Failed(reader, step);
        }
        foreach (var column in absent)
            column.AppendNull();
        return reader.Remaining == 0 ? null : new(DeadLetterReason.Malformed, $"{reader.Remaining} bytes are left after the last field");
    }

    static bool TryRead(ref AvroReader reader, Step step)
    {
        switch (step.Op)
        {
            case Op.Long:
                if (!reader.TryLong(out var whole))
                    return false;
                Unsafe.As<Int64Column>(step.Column).Append(whole);
                return true;
            case Op.Text:
                return reader.TryBytes(out var text) && Unsafe.As<TextColumn>(step.Column).TryAppend(text);
            case Op.Symbol:
                return reader.TryLong(out var symbol)
                    && (ulong)symbol < (ulong)step.Symbols.Length
                    && Unsafe.As<TextColumn>(step.Column).TryAppend(step.Symbols[symbol]);
            case Op.Decimal64:
                return TryDecimal64(ref reader, step);
            case Op.Boolean:
                if (!reader.TryBoolean(out var flag))
                    return false;
                Unsafe.As<BooleanColumn>(step.Column).Append(flag);
                return true;
            default:
                return TryReadRare(ref reader, step);
        }
    }

    static bool TryReadRare(ref AvroReader reader, Step step)
    {
        switch (step.Op)
        {
            case Op.Int:
                if (!reader.TryInt(out var small))
                    return false;
                ((Int32Column)step.Column).Append(small);
                return true;
            case Op.Millis:
                if (!reader.TryLong(out var millis) || millis is > long.MaxValue / 1000 or < long.MinValue / 1000)
                    return false;
                ((Int64Column)step.Column).Append(millis * 1000);
                return true;
            case Op.Double:
                if (!reader.TryDouble(out var real))
                    return false;
                ((DoubleColumn)step.Column).Append(real);
                return true;
            case Op.Float:
                if (!reader.TryFloat(out var single))
                    return false;
                ((DoubleColumn)step.Column).Append(single);
                return true;
            case Op.IntToDouble:
                if (!reader.TryInt(out var wide))
                    return false;
                ((DoubleColumn)step.Column).Append(wide);
                return true;
            case Op.Bytes:
                if (!reader.TryBytes(out var bytes))
                    return false;
                ((BinaryColumn)step.Column).Append(bytes);
                return true;
            case Op.Fixed:
                if (!reader.TryTake(step.Size, out var block))
                    return false;
                ((BinaryColumn)step.Column).Append(block);
                return true;
            default:
                return TryDecimal128(ref reader, step);
        }
    }

    static bool TryDecimal64(ref AvroReader reader, Step step)
    {
        if (!TryUnscaled(ref reader, step, out var raw))
            return false;
        if (raw.Length > sizeof(long))
        {
            if (!TryWide(raw, step, out var wide))
                return false;
            Unsafe.As<Int64Column>(step.Column).Append((long)wide);
            return true;
        }
        var value = (long)(sbyte)raw[0];
        for (var i = 1; i < raw.Length; i++)
            value = (value << 8) | raw[i];
        // Most schemas have the contract's own scale, and the value then fits a long.
        if (step.Factor != 1)
            return TryScaled(value, step);
        var limit = (long)step.Limit;
        if (value >= limit || value <= -limit)
            return false;
        Unsafe.As<Int64Column>(step.Column).Append(value);
        return true;
    }

    static bool TryScaled(long value, Step step)
    {
        // The product of two longs is exact in 128 bits.
        var scaled = (Int128)value * step.Factor;
        if (scaled >= step.Limit || scaled <= -step.Limit)
            return false;
        ((Int64Column)step.Column).Append((long)scaled);
        return true;
    }

    static bool TryDecimal128(ref AvroReader reader, Step step)
    {
        if (!TryUnscaled(ref reader, step, out var raw) || !TryWide(raw, step, out var value))
            return false;
        ((Int128Column)step.Column).Append(value);
        return true;
    }

    /// <summary>The big-endian two's complement bytes of a decimal; none or more than 16 are refused.</summary>
    static bool TryUnscaled(ref AvroReader reader, Step step, out ReadOnlySpan<byte> raw) =>
        (step.Size == 0 ? reader.TryBytes(out raw) : reader.TryTake(step.Size, out raw)) && raw.Length is > 0 and <= 16;

    static bool TryWide(ReadOnlySpan<byte> raw, Step step, out Int128 value)
    {
        value = (sbyte)raw[0];
        for (var i = 1; i < raw.Length; i++)
            value = (value << 8) | raw[i];
        if (value >= step.Limit / step.Factor + 1 || value <= -(step.Limit / step.Factor) - 1)
            return false;
        value *= step.Factor;
        return value < step.Limit && value > -step.Limit;
    }

    static DecodeFailure Failed(in AvroReader reader, Step step) => reader.AtEnd
        ? new(DeadLetterReason.Truncated, $"the value ends within field {step.Name}")
        : new(
            DeadLetterReason.Malformed,
            $"field {step.Name} holds no {step.Op switch { Op.Text => "UTF-8 string", Op.Symbol => "symbol of its enum", Op.Decimal64 or Op.Decimal128 => $"{step.Column.Definition.Type}", _ => step.Op.ToString().ToLowerInvariant() }}");

    static Int128 PowerOfTen(int exponent)
    {
        Int128 power = 1;
        for (var i = 0; i < exponent; i++)
            power *= 10;
        return power;
    }
}
