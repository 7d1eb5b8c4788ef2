using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Commits;

/// <summary>
/// What becomes of a table's schema so that columns of certain names and types are there. They meet by name. Whatever is changed,
/// only columns are: files stay, and no value is lost. Pure.
/// </summary>
/// <param name="Schema">The schema afterwards; the same one when nothing is missing.</param>
/// <param name="Steps">What is done, in order; all of it or nothing.</param>
public sealed record SchemaMigration(IcebergSchema Schema, IReadOnlyList<MigrationStep> Steps)
{
    public bool IsAdditive => Steps.All(s => s.IsAdditive);

    /// <param name="table">As it is now.</param>
    /// <param name="wanted">Fields by name. An id above all that the table has given is taken, else the table's next one is.</param>
    /// <exception cref="LakeException">Invalid: rows are told apart, or laid into files, by a column that would have to change.</exception>
    public static SchemaMigration Of(TableMetadata table, IReadOnlyList<SchemaField> wanted)
    {
        var columns = new Columns(table, wanted.Select(f => f.Name).ToHashSet(StringComparer.Ordinal));
        foreach (var field in wanted)
            columns.Meet(field);
        return new(columns.Schema, columns.Steps);
    }

    /// <summary>The schema, when the table has to grow for it and nothing more.</summary>
    /// <exception cref="LakeException">Invalid: what is wanted does not only add; names the column.</exception>
    public IcebergSchema Additive() =>
        Steps.FirstOrDefault(s => !s.IsAdditive) is { Why: var why } ? throw LakeException.Invalid(why!) : Schema;

    /// <summary>The columns on their way.</summary>
    /// <param name="table">As it is now.</param>
    /// <param name="wanted">Names: a column that has one is nobody else under another name.</param>
    sealed class Columns(TableMetadata table, HashSet<string> wanted)
    {
        readonly List<SchemaField> fields = [.. table.Schema.Fields];
        readonly List<MigrationStep> steps = [];
        int highest = table.Schemas.SelectMany(s => s.AllFields).Select(f => f.Id).Append(table.LastColumnId).Max();

        public IReadOnlyList<MigrationStep> Steps => steps;

        public IcebergSchema Schema =>
            fields.SequenceEqual(table.Schema.Fields) ? table.Schema : table.Schema with { Fields = [.. fields] };

        public void Meet(SchemaField field)
        {
            var at = fields.FindIndex(f => f.Name == field.Name);
            if (at < 0)
            {
                at = Find(field, out var why);
                if (at < 0)
                {
                    Add(field);
                    return;
                }
                Step($"rename {fields[at].Name} to {field.Name}", why);
                fields[at] = fields[at] with { Name = field.Name };
            }
            Fit(at, field);
        }

        /// <summary>A column that is the one that is wanted, under another name.</summary>
        int Find(SchemaField field, out string? why)
        {
            var before = table.Schemas.SelectMany(s => s.Fields).FirstOrDefault(f => f.Name == field.Name);
            var at = before is null ? -1 : fields.FindIndex(f => f.Id == before.Id && !wanted.Contains(f.Name));
            if (at >= 0)
            {
                why = $"the column {field.Name} was renamed to {fields[at].Name}";
                return at;
            }
            at = fields.FindIndex(f => string.Equals(f.Name, field.Name, StringComparison.OrdinalIgnoreCase) && !wanted.Contains(f.Name));
            why = at < 0 ? null : $"the column {field.Name} is not there, but {fields[at].Name} is";
            return at;
        }

        void Add(SchemaField field)
        {
            Step(
                field.Required ? $"add {field.Name} {field.Type}, null in rows that exist" : $"add {field.Name} {field.Type}",
                field.Required ? $"the required column {field.Name} is not there, and rows that exist have no value for it" : null);
            // an id below was given once, even if no schema of now says so: files may have it
            highest = Math.Max(highest + 1, field.Id);
            fields.Add(field with { Id = highest, Required = false });
        }

        void Fit(int at, SchemaField field)
        {
            var there = fields[at];
            if (there.Required && !field.Required)
            {
                Step($"make {field.Name} optional", null);
                fields[at] = there = there with { Required = false };
            }
            if (there.Type.Equals(field.Type) || SchemaEvolution.Widens(field.Type, there.Type))
                return;
            if (SchemaEvolution.Widens(there.Type, field.Type))
            {
                Step($"widen {field.Name} from {there.Type} to {field.Type}", null);
                fields[at] = there with { Type = field.Type };
                return;
            }
            SetAside(at, field);
        }

        /// <summary>Values of another type stay, in a column that says so.</summary>
        void SetAside(int at, SchemaField field)
        {
            var (there, why) = (fields[at], $"the column {field.Name} is {fields[at].Type}, and {field.Type} is wanted");
            if (field.Name.StartsWith('_') || table.Spec.Fields.Any(f => f.SourceId == there.Id && f.Transform.Kind != TransformKind.Void))
                throw LakeException.Invalid($"{why}: rows are told apart, or laid into files, by it; make a table of another name, and copy what can be read");
            var aside = Free($"{there.Name}_{there.Type}");
            fields[at] = there with { Name = aside, Required = false };
            Step($"rename {field.Name}, which is {there.Type}, to {aside}", why);
            Add(field with { Id = 0, Required = false });
        }

        string Free(string wish)
        {
            var name = new string([.. wish.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_')]).TrimEnd('_');
            return Enumerable.Range(1, fields.Count + 1).Select(i => i == 1 ? name : $"{name}_{i}")
                .First(n => !fields.Exists(f => string.Equals(f.Name, n, StringComparison.OrdinalIgnoreCase)));
        }

        void Step(string does, string? why) => steps.Add(new(does, why));
    }
}
