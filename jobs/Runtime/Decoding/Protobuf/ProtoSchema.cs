namespace Dart.Lake.Jobs.Runtime.Decoding.Protobuf;

/// <summary>A field of a message: its number, its type as written, and whether there may be many.</summary>
internal sealed record ProtoField(int Number, string Name, string Type, bool IsRepeated);

/// <summary>A message: its simple name, its fields, and the messages and enums within it.</summary>
internal sealed record ProtoMessage(string Name)
{
    public List<ProtoField> Fields { get; } = [];
    public List<ProtoMessage> Messages { get; } = [];
    public Dictionary<string, ProtoEnum> Enums { get; } = new(StringComparer.Ordinal);

    /// <summary>The field of a number, or null.</summary>
    public ProtoField? Field(int number) => Fields.Find(f => f.Number == number);
}

/// <summary>Symbols by number.</summary>
internal sealed record ProtoEnum(IReadOnlyDictionary<int, string> Symbols);

/// <summary>A file of messages (<see cref="File"/> holds the outermost ones).</summary>
internal sealed record ProtoSchema(ProtoMessage File)
{
    /// <summary>
    /// The place of the first message of that simple name, as the indexes of a Confluent frame say it; null: there is none.
    /// </summary>
    public IReadOnlyList<int>? IndexOf(string name) => IndexOf(File, name);

    /// <summary>The message at a place.</summary>
    public ProtoMessage Message(IReadOnlyList<int> index) => index.Aggregate(File, (message, i) => message.Messages[i]);

    /// <summary>The message of a type's name as it is seen from a message, or null.</summary>
    public ProtoMessage? Message(ProtoMessage from, string type) =>
        (from.Messages.Find(m => m.Name == Simple(type)) is { } own && !type.Contains('.', StringComparison.Ordinal) ? own : null)
        ?? All(File).FirstOrDefault(m => m.Name == Simple(type));

    /// <summary>The enum of a type's name, or null.</summary>
    public ProtoEnum? Enum(ProtoMessage from, string type) =>
        from.Enums.GetValueOrDefault(Simple(type))
            ?? All(File).Select(m => m.Enums.GetValueOrDefault(Simple(type))).FirstOrDefault(e => e is not null);

    static IReadOnlyList<int>? IndexOf(ProtoMessage within, string name)
    {
        for (var i = 0; i < within.Messages.Count; i++)
            if (within.Messages[i].Name == name)
                return [i];
        for (var i = 0; i < within.Messages.Count; i++)
            if (IndexOf(within.Messages[i], name) is { } deeper)
                return [i, .. deeper];
        return null;
    }

    static string Simple(string type) => type[(type.LastIndexOf('.') + 1)..];

    static IEnumerable<ProtoMessage> All(ProtoMessage message) => message.Messages.SelectMany(All).Prepend(message);
}
