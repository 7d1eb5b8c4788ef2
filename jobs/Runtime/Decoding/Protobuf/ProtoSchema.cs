namespace Dart.Lake.Jobs.Runtime.Decoding.Protobuf;

/// <summary>A field of a message: its number, its type as written, and whether there may be many.</summary>
internal sealed record ProtoField(int Number, string Name, string Type, bool IsRepeated);

/// <summary>A message: its simple name, its fields, and the messages and enums within it.</summary>
/// <param name="Name">Simple name; that of a file is empty.</param>
/// <param name="FullName">With the names of the package and of the messages that it is within; that of a file is its package.</param>
internal sealed record ProtoMessage(string Name, string FullName)
{
    public List<ProtoField> Fields { get; } = [];
    public List<ProtoMessage> Messages { get; } = [];
    public Dictionary<string, ProtoEnum> Enums { get; } = new(StringComparer.Ordinal);

    /// <summary>The field of a number, or null.</summary>
    public ProtoField? Field(int number) => Fields.Find(f => f.Number == number);
}

/// <summary>Symbols by number.</summary>
internal sealed record ProtoEnum(IReadOnlyDictionary<int, string> Symbols);

/// <summary>A file of messages.</summary>
/// <param name="File">Holds the outermost ones.</param>
/// <param name="Imports">Files whose names it may use; the indexes of a frame count its own messages alone.</param>
internal sealed record ProtoSchema(ProtoMessage File, IReadOnlyList<ProtoMessage> Imports)
{
    readonly Dictionary<string, object> types = Types([.. Imports, File]);

    /// <summary>
    /// The place of the first message of that simple name, as the indexes of a Confluent frame say it; null: there is none.
    /// </summary>
    public IReadOnlyList<int>? IndexOf(string name) => IndexOf(File, name);

    /// <summary>The message at a place.</summary>
    public ProtoMessage Message(IReadOnlyList<int> index) => index.Aggregate(File, (message, i) => message.Messages[i]);

    /// <summary>The message of a type's name as it is seen from a message, or null.</summary>
    public ProtoMessage? Message(ProtoMessage from, string type) => Find(from, type) as ProtoMessage;

    /// <summary>The enum of a type's name as it is seen from a message, or null.</summary>
    public ProtoEnum? Enum(ProtoMessage from, string type) => Find(from, type) as ProtoEnum;

    /// <summary>
    /// What a name means within a message (Protocol Buffers language specification, "Packages and Name Resolution"): a leading dot begins
    /// at the outermost scope; else the first part of the name is looked for from the innermost scope outwards, and the rest within it.
    /// </summary>
    object? Find(ProtoMessage from, string name)
    {
        if (name.StartsWith('.'))
            return types.GetValueOrDefault(name[1..]);
        var first = name.Split('.')[0];
        for (var scope = from.FullName; ; scope = scope[..Math.Max(0, scope.LastIndexOf('.'))])
        {
            var prefix = scope.Length == 0 ? "" : scope + ".";
            if (types.ContainsKey(prefix + first) || IsPackage(prefix + first))
                return types.GetValueOrDefault(prefix + name);
            if (scope.Length == 0)
                return null;
        }
    }

    bool IsPackage(string name) => Imports.Append(File)
        .Any(file => file.FullName == name || file.FullName.StartsWith($"{name}.", StringComparison.Ordinal));

    /// <summary>Messages and enums by their full names.</summary>
    static Dictionary<string, object> Types(IEnumerable<ProtoMessage> files)
    {
        var byName = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var file in files)
            Add(file);
        return byName;

        void Add(ProtoMessage message)
        {
            var prefix = message.FullName.Length == 0 ? "" : message.FullName + ".";
            foreach (var (name, symbols) in message.Enums)
                byName[prefix + name] = symbols;
            foreach (var inner in message.Messages)
            {
                byName[inner.FullName] = inner;
                Add(inner);
            }
        }
    }

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
}
