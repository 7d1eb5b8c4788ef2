namespace Dart.Lake.Jobs.Runtime.Registry;

/// <summary>The language of a schema.</summary>
public enum SchemaLanguage
{
    Avro,
    Protobuf,
}

/// <summary>A schema under its id; ids are those of the Confluent frame and never change their meaning.</summary>
public sealed record RegisteredSchema(int Id, SchemaLanguage Language, string Text);

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
}
