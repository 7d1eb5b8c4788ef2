namespace Dart.Lake.Jobs.Producers.Encoding;

/// <summary>A text that is written again and again: its UTF-8 and its Avro encoding, made once.</summary>
sealed class EncodedText
{
    readonly byte[] encoded;
    readonly int prefix;

    public EncodedText(string text)
    {
        Text = text;
        var writer = new AvroWriter(text.Length + 16);
        var utf8 = System.Text.Encoding.UTF8.GetBytes(text);
        writer.Long(utf8.Length);
        prefix = writer.Length;
        writer.Raw(utf8);
        encoded = writer.Written.ToArray();
    }

    public string Text { get; }

    /// <summary>As Avro writes a string: length, then UTF-8.</summary>
    public ReadOnlySpan<byte> Encoded => encoded;

    public ReadOnlySpan<byte> Utf8 => encoded.AsSpan(prefix);

    public override string ToString() => Text;
}
