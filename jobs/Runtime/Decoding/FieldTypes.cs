using System.Collections;

namespace Dart.Lake.Jobs.Runtime.Decoding;

/// <summary>The types of a record's fields as its children; the list of fields may still grow, for a record may hold itself.</summary>
internal sealed class FieldTypes(IReadOnlyList<AvroField> fields) : IReadOnlyList<AvroType>
{
    public int Count => fields.Count;

    /// <summary>The i-th field's type, with its null if it has one.</summary>
    public AvroType this[int i] => fields[i] switch
    {
        { NullBranch: 0 } f => new(AvroKind.Union) { Children = [new(AvroKind.Null), f.Type] },
        { NullBranch: 1 } f => new(AvroKind.Union) { Children = [f.Type, new(AvroKind.Null)] },
        var f => f.Type,
    };

    public IEnumerator<AvroType> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
