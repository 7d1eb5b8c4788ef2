using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using Apache.Arrow;
using Apache.Arrow.Types;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Columns;

/// <summary>
/// string, as UTF-8. With the contract's <c>encoding: dictionary</c> rows are codes of a dictionary,
/// until the batch has more than <see cref="MaxDictionary"/> distinct values: from then to the next
/// reset it holds plain strings, so a key that nobody expected to be unique costs speed and not memory.
/// </summary>
public sealed unsafe class TextColumn : Column
{
    public const int MaxDictionary = 1 << 16;
    static readonly DictionaryType dictionaryType = new(Int32Type.Default, StringType.Default, ordered: false);

    readonly ByteDictionary? dictionary;
    readonly PinnedBuffer? codes;
    VariableBytes? plain;

    internal TextColumn(ContractColumn definition, int capacity) : base(definition, capacity)
    {
        if (definition.Encoding == ColumnEncoding.Dictionary)
        {
            dictionary = new();
            codes = new(Capacity * sizeof(int));
        }
        else
        {
            plain = new(capacity);
        }
    }

    /// <summary>Whether rows are codes now.</summary>
    public bool IsDictionary => plain is null;

    /// <summary>Codes of the rows while <see cref="IsDictionary"/>; 0 in the place of a null.</summary>
    public ReadOnlySpan<int> Codes => IsDictionary ? new(codes!.Address, Count) : [];

    public override long ByteSize => base.ByteSize + (plain ?? dictionary!.Values).ByteCount;

    public override IArrowType ArrowType => IsDictionary ? dictionaryType : StringType.Default;

    private protected override int Width => sizeof(int);

    /// <summary>The row's UTF-8 bytes; empty for a null.</summary>
    public ReadOnlySpan<byte> this[int row] =>
        (uint)row >= (uint)Count ? throw new ArgumentOutOfRangeException(nameof(row))
        : plain is not null ? plain[row]
        : IsNull(row) ? [] : dictionary!.Values[((int*)codes!.Address)[row]];

    /// <summary>Appends a value.</summary>
    /// <exception cref="LakeException">Invalid: not UTF-8; nothing was appended.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(ReadOnlySpan<byte> utf8)
    {
        if (!TryAppend(utf8))
            throw LakeException.Invalid($"column {Definition.Name}: the bytes are not UTF-8");
    }

    /// <summary>Appends a value; false, and nothing appended, when it is not UTF-8.</summary>
    public bool TryAppend(ReadOnlySpan<byte> utf8)
    {
        if (plain is not null)
            return AppendPlain(utf8);
        var code = dictionary!.Code(utf8);
        if (code < 0)
            return false;
        AppendCode(code);
        if (code >= MaxDictionary)
            BecomePlain();
        return true;
    }

    public void Append(string value)
    {
        var length = Encoding.UTF8.GetMaxByteCount(value.Length);
        Span<byte> utf8 = length <= 512 ? stackalloc byte[length] : new byte[length];
        Append(utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
    }

    bool AppendPlain(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            return false;
        if (Count == Capacity)
            Grow();
        plain!.Append(utf8);
        Count++;
        return true;
    }

    void AppendCode(int code)
    {
        var row = Count;
        if (row == Capacity)
            Grow();
        ((int*)codes!.Address)[row] = code;
        Count = row + 1;
    }

    void BecomePlain()
    {
        var strings = new VariableBytes(Capacity);
        for (var row = 0; row < Count; row++)
            strings.Append(this[row]);
        plain = strings;
        dictionary!.Clear();
    }

    public override void Truncate(int rows)
    {
        base.Truncate(rows);
        plain?.Truncate(rows);
        if (rows == 0 && dictionary is not null)
        {
            dictionary.Clear();
            plain = null;
        }
    }

    private protected override void AppendValueOf(Column source, int row) => Append(((TextColumn)source)[row]);

    private protected override void AppendBlank()
    {
        if (plain is not null)
            AppendPlain([]);
        else
            AppendCode(0);
    }

    private protected override void GrowValues(int capacity)
    {
        if (plain is null)
            codes!.Grow(Count * sizeof(int), (long)capacity * sizeof(int));
        else if (codes is not null && codes.Size < (long)capacity * sizeof(int))
            // A reset goes back to codes, which must then have room for the rows that the column claims.
            codes.Grow(0, (long)capacity * sizeof(int));
    }

    public override IArrowArray ToArrow()
    {
        if (plain is not null)
            return ArrowArrayFactory.BuildArray(new ArrayData(
                StringType.Default, Count, NullCount, 0, [ValidityView(), plain.OffsetsView(), plain.BytesView()]));
        var values = dictionary!.Values;
        var indices = new ArrayData(Int32Type.Default, Count, NullCount, 0, [ValidityView(), codes!.View(Count * sizeof(int))]);
        var strings = new ArrayData(StringType.Default, values.Count, 0, 0, [ArrowBuffer.Empty, values.OffsetsView(), values.BytesView()]);
        return new DictionaryArray(dictionaryType, ArrowArrayFactory.BuildArray(indices), ArrowArrayFactory.BuildArray(strings));
    }
}
