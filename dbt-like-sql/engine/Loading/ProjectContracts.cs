using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Schemas.Naming;

namespace Dart.Lake.Sql.Loading;

/// <summary>The contracts that a project's models can be written by: the platform's, and those that the project brings.</summary>
internal sealed class ProjectContracts
{
    const string Folder = "schemas", Tables = "schemas/tables/";
    readonly Dictionary<string, TableContract> own = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> files = new(StringComparer.Ordinal);

    /// <summary>The contract of <c>namespace.name</c>, or null.</summary>
    public TableContract? TryGet(string name) => own.GetValueOrDefault(name) ?? TableContracts.TryGet(name);

    /// <summary>The same.</summary>
    /// <exception cref="LakeException">Invalid: there is none.</exception>
    public TableContract Get(string name) => own.GetValueOrDefault(name) ?? TableContracts.Get(name);

    /// <summary>What a model's rows promise.</summary>
    /// <exception cref="LakeException">Invalid: nobody has said it.</exception>
    public TableContract Of(Model model) => TryGet(model.Target.ToString()) ?? throw LakeException.Invalid(
        $"{model.Path}:1: there is no contract of {model.Target}; write {Tables}{model.Target.Namespace}/{model.Target.Name}.yml in the project, or data_type of its columns in a properties file");

    /// <summary>Files of <c>schemas/tables/NAMESPACE/NAME.yml</c> in the project.</summary>
    /// <exception cref="LakeException">Invalid: with the file.</exception>
    public void Read(IEnumerable<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files)
        {
            if (!path.StartsWith(Tables, StringComparison.Ordinal) || path.Split('/').Length != 4)
                throw LakeException.Invalid($"{path}:1: contracts lie in {Tables}NAMESPACE/NAME.yml");
            // bounds what the reader of contracts is given
            YamlFile.Read(path, text);
            Add(TableContracts.Parse(path, text), path);
        }
    }

    /// <summary>The contract of a model whose columns have types in its properties; of one without there is none.</summary>
    /// <exception cref="LakeException">Invalid: some of the columns have none, or the contract is in a file, too.</exception>
    public void Read(Model model, Properties.ModelProperties described)
    {
        var typed = described.Columns.Where(c => c.Type is not null).ToList();
        if (!model.IsPublished || typed.Count == 0)
            return;
        if (files.GetValueOrDefault(model.Target.ToString()) is { } file)
            throw described.At.Wrong($"{model.Target} has its contract in {file}; take data_type out of the columns");
        if (described.Columns.FirstOrDefault(c => c.Type is null) is { } untyped)
            throw described.At.Wrong($"the column {untyped.Name} has no data_type, and others of {model.Name} have one; a contract names the type of every column");
        Add(
            new()
            {
                Name = model.Target.ToString(),
                Table = model.Target.ToString(),
                Key = null,
                Description = described.Description,
                Columns = [.. typed.Select((c, i) => new ContractColumn(
                    i + 1, c.Name, c.Type!.Value, c.Name != Day, "", c.Description, ColumnEncoding.Default))],
                Partitions = [new(Day, "identity", Day)],
            },
            $"{described.At.File}:{described.At.Line}");
    }

    const string Day = "trade_date";

    void Add(TableContract contract, string file)
    {
        if (TableContracts.TryGet(contract.Name) is not null)
            throw LakeException.Invalid($"{file}: the contract of {contract.Name} is the platform's; give the table another name");
        if (contract.Table is null)
            throw LakeException.Invalid($"{file}: a project's contracts are of tables; write table: {contract.Name}");
        if (contract.IndexOf(Day) < 0 || contract.Column(Day) is not { Type.Kind: ColumnKind.Date, Nullable: false })
            throw LakeException.Invalid($"{file}: {contract.Name} has no column {Day} of type date that is never null; every published table has one");
        if (contract.Partitions is not [{ Source: Day, Transform: "identity" }])
            throw LakeException.Invalid($"{file}: {contract.Name} is not partitioned by {Day} alone; write partition: {{ source: {Day}, transform: identity, name: {Day} }}");
        own.Add(contract.Name, contract);
        files.Add(contract.Name, file);
    }

    /// <summary>Every contract has its model, and its rules refer to what is there.</summary>
    /// <exception cref="LakeException">Invalid: with the file.</exception>
    public void Check(IReadOnlyCollection<Model> models)
    {
        var written = models.Where(m => m.IsPublished).Select(m => m.Target.ToString()).ToList();
        foreach (var contract in own.Values)
        {
            if (!written.Contains(contract.Name))
                throw Unwritten(contract.Name, NearestName.Of(contract.Name, written));
            TableContracts.CheckReferences(contract, TryGet);
        }
    }

    LakeException Unwritten(string name, string? near) => LakeException.Invalid(
        $"{files[name]}: no model writes {name}{(near is null ? "" : $"; the nearest that is written is {near}")}");
}
