namespace Dart.Lake.Jobs.Runtime.Registry;

/// <summary>The language of a schema.</summary>
public enum SchemaLanguage
{
    Avro,
    Protobuf,

    /// <summary>Registries have it, our topics do not.</summary>
    Json,
}

/// <summary>A schema that another one refers to.</summary>
/// <param name="Name">What the other one calls it: the full name of an Avro type, the path of a <c>.proto</c> file.</param>
/// <param name="Text">The schema.</param>
public sealed record ReferencedSchema(string Name, string Text);

/// <summary>A schema under its id; ids are those of the Confluent frame and never change their meaning.</summary>
public sealed record RegisteredSchema(int Id, SchemaLanguage Language, string Text)
{
    /// <summary>What it refers to, and what that refers to in turn; each stands after those that it needs itself.</summary>
    public IReadOnlyList<ReferencedSchema> References { get; init; } = [];

    /// <summary>Why nobody can read it, whatever the text says; null: nothing is known against it.</summary>
    public string? Unreadable { get; init; }
}

/// <summary>Gives schemas ids, and schemas for ids.</summary>
public interface ISchemaRegistry
{
    /// <summary>
    /// The id of a schema, which is registered under the subject when it
    /// is new there. The same text has the same id under every subject.
    /// </summary>
    Task<int> RegisterAsync(string subject, SchemaLanguage language, string text, CancellationToken cancel);

    /// <summary>The schema of an id, or null when there is none.</summary>
    Task<RegisteredSchema?> TryGetAsync(int id, CancellationToken cancel);

    /// <summary>What to do when it has no schema of that id, with the line to type.</summary>
    string Missing(int id);

    /// <summary>What to do when its schema of that id cannot be read.</summary>
    string Broken(int id);

    /// <summary>Whether a text stays what it is: one that is no schema is then none for ever, and not one that is half written.</summary>
    bool TextsAreFinal { get; }
}
