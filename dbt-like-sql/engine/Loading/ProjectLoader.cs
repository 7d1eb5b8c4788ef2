using System.Security.Cryptography;
using System.Text;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Schemas.Naming;
using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Loading;

/// <summary>Reads a project's folder in dbt's layout.</summary>
public sealed class ProjectLoader
{
    const long MaxFileBytes = 4 << 20;
    const int MaxFiles = 10_000;

    /// <summary>The folder of macros and models that stand in for the engine where dbt itself builds the project.</summary>
    const string ForDbt = "dbt_only";
    readonly string folder;
    readonly List<string> undeclared = [];
    readonly IReadOnlyDictionary<string, object?> vars;
    readonly Func<string, string?> environment;
    readonly TemplateLimits limits;
    readonly YamlMapping root;
    readonly string name;
    readonly Properties properties = new();
    readonly ProjectContracts contracts = new();
    readonly List<Template> macros = [];
    readonly HashSet<string> asked = new(StringComparer.Ordinal);
    readonly string shared;

    ProjectLoader(string folder, IReadOnlyDictionary<string, object?> vars, Func<string, string?> environment, TemplateLimits limits)
    {
        (this.folder, this.environment, this.limits) = (Path.GetFullPath(folder), environment, limits);
        var file = Path.Combine(this.folder, "dbt_project.yml");
        if (!File.Exists(file))
            throw LakeException.Invalid($"{folder} is no project; there is no dbt_project.yml in it");
        root = YamlFile.Read("dbt_project.yml", ReadText(file));
        ProjectKeys.File.Check(root);
        name = TargetNames.IsName(root.Text("name"))
            ? root.Text("name")
            : throw root.Wrong("name", "name: lower case letters, digits and _ are wanted; the project's tables lie in a namespace of that name");
        this.vars = Vars(vars);
        var hash = new StringBuilder();
        foreach (var (path, text) in Files("macro-paths", "macros", ".sql"))
        {
            macros.Add(Template.Parse(path, text, limits));
            hash.Append(path).Append('\0').Append(text).Append('\0');
        }
        // what any model may read: macros, seeds, and vars, which macros ask for, too
        foreach (var (path, text) in Files("seed-paths", "seeds", ".csv"))
            hash.Append(path).Append('\0').Append(text).Append('\0');
        foreach (var (key, value) in this.vars.OrderBy(v => v.Key, StringComparer.Ordinal))
            hash.Append(key).Append('=').Append(TemplateValue.Repr(value)).Append('\0');
        foreach (var (path, text) in ContractFiles())
            hash.Append(path).Append('\0').Append(text).Append('\0');
        shared = hash.ToString();
    }

    /// <summary>Loads and checks the project.</summary>
    /// <param name="folder">The folder of <c>dbt_project.yml</c>.</param>
    /// <param name="vars">Values that override the project's vars, for example from the command line.</param>
    /// <param name="environment">Answers <c>env_var</c>; null: not set.</param>
    /// <exception cref="LakeException">Invalid: with file and line.</exception>
    public static Project Load(
        string folder, IReadOnlyDictionary<string, object?> vars, Func<string, string?> environment, TemplateLimits? limits = null) =>
        new ProjectLoader(folder, vars, environment, limits ?? TemplateLimits.Default).Load();

    Project Load()
    {
        RefuseWhatIsNotThereYet();
        foreach (var paths in new[] { ("model-paths", "models"), ("seed-paths", "seeds"), ("test-paths", "tests") })
            foreach (var extension in new[] { ".yml", ".yaml" })
                foreach (var (path, text) in Files(paths.Item1, paths.Item2, extension))
                    properties.Read(YamlFile.Read(path, text), Config(AuditTrees(ProjectKeys.AuditConfig), path));
        contracts.Read(ContractFiles());
        var models = new Dictionary<string, Model>(StringComparer.Ordinal);
        foreach (var (path, text) in Files("model-paths", "models", ".sql"))
            if (Model(path, text) is { } model && !models.TryAdd(model.Name, model))
                throw LakeException.Invalid($"{path}: a second model '{model.Name}'; the first is {models[model.Name].Path}");
        foreach (var (described, of) in properties.Models)
            if (!models.ContainsKey(described) && !HasFile(described))
                throw of.At.Wrong($"there is no model '{described}'");
        foreach (var model in models.Values)
            if (properties.Models.GetValueOrDefault(model.Name) is { } described)
                contracts.Read(model, described);
        var seeds = Seeds();
        var audits = Files("test-paths", "tests", ".sql").Select(f => Audit(f.Path, f.Text)).OfType<SingularAudit>().ToList();
        CheckTrees();
        CheckGiven();
        var project = new Project
        {
            Name = name,
            Folder = folder,
            Models = models,
            Seeds = seeds,
            Sources = properties.Sources,
            Macros = macros,
            Audits = audits,
            Vars = vars,
            Contracts = contracts,
        };
        CheckRefs(project);
        TargetNames.Check(project);
        contracts.Check([.. models.Values]);
        return project;
    }

    /// <summary>Files of dbt that would be left unread, and what they say undone.</summary>
    void RefuseWhatIsNotThereYet()
    {
        foreach (var (file, key) in new[] { ("packages.yml", "packages"), ("dependencies.yml", "packages") })
            if (File.Exists(Path.Combine(folder, file)))
                throw LakeException.Invalid($"{file}:1: {key} of dbt are not there yet; {DbtFeatures.Find(key)}");
        foreach (var (setting, otherwise) in new[] { ("snapshot-paths", "snapshots"), ("analysis-paths", "analyses"), ("function-paths", "functions") })
            foreach (var extension in new[] { ".sql", ".yml", ".yaml", ".py" })
                foreach (var (path, _) in Files(setting, otherwise, extension))
                    throw LakeException.Invalid($"{path}:1: {otherwise} of dbt are not there yet; {DbtFeatures.Find(otherwise)}");
        foreach (var (path, _) in Files("model-paths", "models", ".py"))
            throw LakeException.Invalid($"{path}:1: models in Python are not there yet; write it in SQL");
    }

    bool HasFile(string model) => Files("model-paths", "models", ".sql").Any(f => Path.GetFileNameWithoutExtension(f.Path) == model);

    ConfigTree ModelTree => new(root, "models", name, ProjectKeys.ModelConfig);

    ConfigTree SeedTree => new(root, "seeds", name, ProjectKeys.SeedConfig);

    ConfigTree[] AuditTrees(KnownKeys keys) => [new(root, "data_tests", name, keys), new(root, "tests", name, keys)];

    /// <summary>What the project file says of a file.</summary>
    static ModelConfig Config(IEnumerable<ConfigTree> trees, string path)
    {
        var config = new ModelConfig();
        foreach (var layer in trees.SelectMany(tree => tree.Layers(path)))
            config.Add(layer);
        return config;
    }

    void CheckTrees()
    {
        List<string> models = [.. Paths("model-paths", "models", ".sql")], seeds = [.. Paths("seed-paths", "seeds", ".csv")];
        List<string> audits = [.. Paths("test-paths", "tests", ".sql"), .. models, .. Paths("model-paths", "models", ".yml")];
        ModelTree.Check(models);
        SeedTree.Check(seeds);
        foreach (var tree in AuditTrees(ProjectKeys.FileAuditConfig))
            tree.Check(audits);
    }

    IEnumerable<string> Paths(string setting, string otherwise, string extension) =>
        Files(setting, otherwise, extension).Select(f => f.Path);

    /// <summary>A mapping below the project's name has vars of the project; any other is a var that is a mapping.</summary>
    Dictionary<string, object?> Vars(IReadOnlyDictionary<string, object?> given)
    {
        var all = new Dictionary<string, object?>(StringComparer.Ordinal);
        var nothing = new YamlMapping("dbt_project.yml", 1);
        var declared = root.TryMap("vars") ?? nothing;
        foreach (var (key, value) in declared.Where(v => v.Key != name || v.Value is not YamlMapping)
            .Concat(declared.GetValueOrDefault(name) as YamlMapping ?? nothing))
            all[key] = value;
        foreach (var (key, value) in given)
        {
            if (AnyVar.OfRuns.Contains(key))
                throw LakeException.Invalid($"--vars: {key} is what the run says itself; it cannot be given");
            if (!all.ContainsKey(key))
                undeclared.Add(key);
            all[key] = value;
        }
        return all;
    }

    /// <summary>A var of the command line that the project neither declares nor asks for is a misspelt one.</summary>
    void CheckGiven()
    {
        foreach (var key in undeclared.Where(key => !asked.Contains(key)))
        {
            var near = NearestName.Of(key, vars.Keys.Concat(asked).Except(undeclared.Where(k => !asked.Contains(k))).Except(AnyVar.OfRuns));
            throw LakeException.Invalid($"--vars: no file of the project asks for '{ShownName.Of(key)}', and dbt_project.yml does not declare it{(near is null ? "" : $"; the nearest known var is '{near}'")}");
        }
    }

    Model? Model(string path, string text)
    {
        var model = Path.GetFileNameWithoutExtension(path);
        var template = Template.Parse(path, text, limits);
        var described = properties.Models.GetValueOrDefault(model);
        var config = Config([ModelTree], path);
        config.Add(described?.Config ?? []);
        var (noted, rendered) = Noted(template, model, ProjectKeys.ModelConfig);
        config.Add(noted.Configs);
        if (!config.Flag("enabled", true))
            return null;
        var (materialization, engine) = (Kind(config), Engine(config));
        _ = OneStatement.Of(rendered, (engine ?? SqlDialect.DuckDb).Lexer);
        return new()
        {
            Name = model,
            Path = path,
            Template = template,
            Config = config,
            Materialization = materialization,
            Target = new(config.TryText("schema") ?? name, config.TryText("alias") ?? model),
            Description = described?.Description ?? "",
            Engine = engine,
            Refs = noted.Refs,
            Sources = noted.Sources,
            RuleTables = RuleTables(noted, config, model),
            PublishedRefs = noted.PublishedRefs,
            Lines = noted.Lines,
            Audits = described?.Audits ?? [],
            Fingerprint = Hash(text, config.ToString(), string.Join('\n', described?.Columns ?? []), shared),
        };
    }

    IReadOnlyList<TableIdent> RuleTables(NotedNames noted, ModelConfig config, string model)
    {
        var own = config.Flag("row_rules", false) && contracts.TryGet($"{config.TryText("schema")}.{config.TryText("alias") ?? model}") is { } contract
            ? contract.RowRules.OfType<ReferenceRule>().Select(r => TableIdent.Parse(r.Table)) : [];
        return [.. noted.RuleTables.Concat(own).Distinct()];
    }

    (NotedNames Names, Rendered Text) Noted(Template template, string of, KnownKeys keys)
    {
        var noted = new NotedNames(of, properties.Sources, contracts, keys);
        var rendered = Renderer.Render(template, noted.Globals(new AnyVar(vars), environment, SqlDialect.DuckDb.Name), macros, limits);
        asked.UnionWith(noted.Vars);
        return (noted, rendered);
    }

    static Materialization Kind(ModelConfig config) => config.TryText("materialized") switch
    {
        "day" or "incremental" => Materialization.Day,
        "table" => Materialization.Table,
        "temp" => Materialization.Temp,
        "ephemeral" => Materialization.Ephemeral,
        null or "view" => Materialization.View,
        var other => throw config.Wrong("materialized", $"'{other}' is none of day, incremental, table, temp, view, ephemeral"),
    };

    static SqlDialect? Engine(ModelConfig config) => config.TryText("engine") is not { } name ? null
        : SqlDialect.TryOf(name) ?? throw config.Wrong("engine", $"'{name}' is none of {SqlDialect.Names}");

    Dictionary<string, Seed> Seeds()
    {
        var seeds = new Dictionary<string, Seed>(StringComparer.Ordinal);
        foreach (var (path, text) in Files("seed-paths", "seeds", ".csv"))
        {
            var seed = Path.GetFileNameWithoutExtension(path);
            var config = Config([SeedTree], path);
            config.Add(properties.Seeds.GetValueOrDefault(seed) ?? []);
            var types = config.TryMap("column_types");
            if (config.Flag("enabled", true) && !seeds.TryAdd(seed, new(
                seed,
                Path.Combine(folder, path),
                types?.ToDictionary(p => p.Key, p => TemplateValue.Text(p.Value), StringComparer.Ordinal) ?? [],
                Hash(text))))
                throw LakeException.Invalid($"{path}: a second seed '{seed}'");
        }
        return seeds;
    }

    SingularAudit? Audit(string path, string text)
    {
        var audit = Path.GetFileNameWithoutExtension(path);
        var template = Template.Parse(path, text, limits);
        var (noted, rendered) = Noted(template, audit, ProjectKeys.FileAuditConfig);
        var config = Config(AuditTrees(ProjectKeys.FileAuditConfig), path);
        config.Add(noted.Configs);
        if (!config.Flag("enabled", true))
            return null;
        _ = OneStatement.Of(rendered, SqlDialect.DuckDb.Lexer);
        return new(
            audit,
            path,
            template,
            Properties.Severity(config.TryText("severity"), new(path, 1)),
            config.TryText("scope") switch
            {
                null or "new" => false,
                "all" => true,
                var other => throw config.Wrong("scope", $"{other} is neither new nor all"),
            },
            noted.Refs,
            noted.Sources)
        { Lines = noted.Lines };
    }

    static void CheckRefs(Project project)
    {
        var read = project.Models.Values.SelectMany(m => m.Refs.Concat(m.PublishedRefs).Select(r => (At: $"{m.Path}:{m.Lines[r]}", Name: r))
                .Concat(m.Audits.OfType<RelationshipsAudit>().Select(a => (a.At, Name: a.To))))
            .Concat(project.Audits.SelectMany(a => a.Refs.Select(r => (At: $"{a.Path}:{a.Lines[r]}", Name: r))));
        foreach (var (at, name) in read)
            if (!project.Models.ContainsKey(name) && !project.Seeds.ContainsKey(name) && !Project.NativeNames.Contains(name))
                throw LakeException.Invalid($"{at}: ref('{name}') is neither a model nor a seed");
    }

    IEnumerable<(string Path, string Text)> Files(string? setting, string otherwise, string extension)
    {
        var folders = setting is not null && root.List(setting) is { Count: > 0 } given ? given.Select(TemplateValue.Text) : [otherwise];
        var count = 0;
        foreach (var below in folders.Select(f => Path.GetFullPath(Path.Combine(folder, f))))
        {
            if (!below.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw root.Wrong($"{setting}: {below} lies outside of the project");
            if (!Directory.Exists(below) || Path.GetRelativePath(folder, below).Split(Path.DirectorySeparatorChar)[0] == ForDbt)
                continue;
            foreach (var file in Directory.EnumerateFiles(below, "*" + extension, SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                if (++count > MaxFiles)
                    throw root.Wrong($"{setting}: there are more than {MaxFiles:N0} files");
                yield return (Path.GetRelativePath(folder, file).Replace('\\', '/'), ReadText(file));
            }
        }
    }

    /// <summary>The project's own contracts, and what lies beside them.</summary>
    IEnumerable<(string Path, string Text)> ContractFiles() => Files(null, "schemas", ".yml").Concat(Files(null, "schemas", ".yaml"));

    static string ReadText(string file) => new FileInfo(file).Length <= MaxFileBytes ? File.ReadAllText(file)
        : throw LakeException.Invalid($"{file} is longer than {MaxFileBytes:N0} bytes");

    static string Hash(params ReadOnlySpan<string> texts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', texts))))[..16];
}
