using System.Security.Cryptography;
using System.Text;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Loading;

/// <summary>Reads a project's folder in dbt's layout.</summary>
public sealed class ProjectLoader
{
    const long MaxFileBytes = 4 << 20;
    const int MaxFiles = 10_000;
    readonly string folder;
    readonly IReadOnlyDictionary<string, object?> vars;
    readonly Func<string, string?> environment;
    readonly TemplateLimits limits;
    readonly YamlMapping root;
    readonly Properties properties = new();
    readonly List<Template> macros = [];
    readonly string macrosHash;

    ProjectLoader(string folder, IReadOnlyDictionary<string, object?> vars, Func<string, string?> environment, TemplateLimits limits)
    {
        (this.folder, this.environment, this.limits) = (Path.GetFullPath(folder), environment, limits);
        var file = Path.Combine(this.folder, "dbt_project.yml");
        if (!File.Exists(file))
            throw LakeException.Invalid($"{folder} is no project; there is no dbt_project.yml in it");
        root = YamlFile.Read("dbt_project.yml", ReadText(file));
        this.vars = Vars(vars);
        var hash = new StringBuilder();
        foreach (var (path, text) in Files("macro-paths", "macros", ".sql"))
        {
            macros.Add(Template.Parse(path, text, limits));
            hash.Append(path).Append('\0').Append(text).Append('\0');
        }
        macrosHash = hash.ToString();
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
        foreach (var paths in new[] { ("model-paths", "models"), ("seed-paths", "seeds"), ("test-paths", "tests") })
            foreach (var extension in new[] { ".yml", ".yaml" })
                foreach (var (path, text) in Files(paths.Item1, paths.Item2, extension))
                    properties.Read(YamlFile.Read(path, text));
        var models = new Dictionary<string, Model>(StringComparer.Ordinal);
        foreach (var (path, text) in Files("model-paths", "models", ".sql"))
            if (Model(path, text) is { } model && !models.TryAdd(model.Name, model))
                throw LakeException.Invalid($"{path}: a second model '{model.Name}'; the first is {models[model.Name].Path}");
        foreach (var (name, described) in properties.Models)
            if (!models.ContainsKey(name) && !HasFile(name))
                throw described.At.Wrong($"there is no model '{name}'");
        var seeds = Seeds();
        var audits = Files("test-paths", "tests", ".sql").Select(f => Audit(f.Path, f.Text)).OfType<SingularAudit>().ToList();
        var project = new Project
        {
            Name = root.TryText("name") ?? throw root.Wrong("name: is missing"),
            Folder = folder,
            Models = models,
            Seeds = seeds,
            Sources = properties.Sources,
            Macros = macros,
            Audits = audits,
            Vars = vars,
        };
        CheckRefs(project);
        return project;
    }

    bool HasFile(string name) => Files("model-paths", "models", ".sql").Any(f => Path.GetFileNameWithoutExtension(f.Path) == name);

    IReadOnlyDictionary<string, object?> Vars(IReadOnlyDictionary<string, object?> given)
    {
        var all = new Dictionary<string, object?>(StringComparer.Ordinal);
        var declared = root.TryMap("vars") ?? new YamlMapping("dbt_project.yml", 1);
        foreach (var (key, value) in declared.Where(v => v.Value is not YamlMapping)
            .Concat(declared.GetValueOrDefault(root.TryText("name") ?? "") as YamlMapping ?? new YamlMapping("dbt_project.yml", 1))
            .Concat(given))
            all[key] = value;
        return all;
    }

    Model? Model(string path, string text)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var template = Template.Parse(path, text, limits);
        var described = properties.Models.GetValueOrDefault(name);
        var config = new ModelConfig();
        foreach (var layer in ProjectLayers("models", path))
            config.Add(layer);
        if (described is not null)
            config.Add(described.Config);
        var noted = Noted(template, name);
        config.Add(noted.Configs);
        if (!config.Flag("enabled", true))
            return null;
        return new()
        {
            Name = name,
            Path = path,
            Template = template,
            Config = config,
            Materialization = Kind(config.TryText("materialized"), path),
            Target = new(config.TryText("schema") ?? "main", config.TryText("alias") ?? name),
            Description = described?.Description ?? "",
            Refs = noted.Refs,
            Sources = noted.Sources,
            RuleTables = RuleTables(noted, config, name),
            PublishedRefs = noted.PublishedRefs,
            Audits = described?.Audits ?? [],
            Fingerprint = Hash(text, macrosHash),
        };
    }

    static IReadOnlyList<TableIdent> RuleTables(NotedNames noted, ModelConfig config, string name)
    {
        var own = config.Flag("row_rules", false) && TableContracts.TryGet($"{config.TryText("schema")}.{config.TryText("alias") ?? name}") is { } contract
            ? contract.RowRules.OfType<ReferenceRule>().Select(r => TableIdent.Parse(r.Table)) : [];
        return [.. noted.RuleTables.Concat(own).Distinct()];
    }

    NotedNames Noted(Template template, string name)
    {
        var noted = new NotedNames(name, properties.Sources);
        Renderer.Render(template, noted.Globals(new AnyVar(vars), environment, "default"), macros, limits);
        return noted;
    }

    static Materialization Kind(string? text, string path) => text switch
    {
        "day" or "incremental" => Materialization.Day,
        "table" => Materialization.Table,
        "temp" => Materialization.Temp,
        "ephemeral" => Materialization.Ephemeral,
        null or "view" => Materialization.View,
        _ => throw LakeException.Invalid($"{path}: materialized='{text}' is none of day, incremental, table, temp, view, ephemeral"),
    };

    // the project file's tree follows the folders: project name, then folder by folder
    IEnumerable<IEnumerable<KeyValuePair<string, object?>>> ProjectLayers(string tree, string path)
    {
        var node = root.TryMap(tree);
        yield return Own(node);
        node = node?.GetValueOrDefault(root.TryText("name") ?? "") as YamlMapping;
        yield return Own(node);
        foreach (var part in path.Split('/').Skip(1).Select(p => Path.GetFileNameWithoutExtension(p)!))
        {
            node = node?.GetValueOrDefault(part) as YamlMapping;
            yield return Own(node);
        }

        static IEnumerable<KeyValuePair<string, object?>> Own(YamlMapping? node) =>
            node?.Where(p => p.Key.StartsWith('+') || p.Value is not YamlMapping) ?? [];
    }

    Dictionary<string, Seed> Seeds()
    {
        var seeds = new Dictionary<string, Seed>(StringComparer.Ordinal);
        foreach (var (path, text) in Files("seed-paths", "seeds", ".csv"))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            var types = properties.Seeds.GetValueOrDefault(name)?.TryMap("config")?.TryMap("column_types");
            seeds.Add(name, new(
                name,
                Path.Combine(folder, path),
                types?.ToDictionary(p => p.Key, p => TemplateValue.Text(p.Value), StringComparer.Ordinal) ?? [],
                Hash(text)));
        }
        return seeds;
    }

    SingularAudit? Audit(string path, string text)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var template = Template.Parse(path, text, limits);
        var noted = Noted(template, name);
        var config = new ModelConfig();
        foreach (var layer in ProjectLayers("data_tests", path).Concat(ProjectLayers("tests", path)))
            config.Add(layer);
        config.Add(noted.Configs);
        return config.Flag("enabled", true)
            ? new(
                name,
                path,
                template,
                Properties.Severity(config.TryText("severity"), new(path, 1)),
                config.TryText("scope") == "all",
                noted.Refs,
                noted.Sources)
            : null;
    }

    static void CheckRefs(Project project)
    {
        foreach (var (path, refs) in project.Models.Values.Select(m => (
            m.Path, Refs: m.Refs.Concat(m.PublishedRefs).Concat(m.Audits.OfType<RelationshipsAudit>().Select(a => a.To))))
            .Concat(project.Audits.Select(a => (a.Path, Refs: a.Refs.AsEnumerable()))))
            foreach (var name in refs)
                if (!project.Models.ContainsKey(name) && !project.Seeds.ContainsKey(name) && !Project.NativeNames.Contains(name))
                    throw LakeException.Invalid($"{path}: ref('{name}') is neither a model nor a seed");
    }

    IEnumerable<(string Path, string Text)> Files(string setting, string otherwise, string extension)
    {
        var folders = root.List(setting) is { Count: > 0 } given ? given.Select(TemplateValue.Text) : [otherwise];
        var count = 0;
        foreach (var below in folders.Select(f => Path.GetFullPath(Path.Combine(folder, f))))
        {
            if (!below.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw root.Wrong($"{setting}: {below} lies outside of the project");
            if (!Directory.Exists(below))
                continue;
            foreach (var file in Directory.EnumerateFiles(below, "*" + extension, SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                if (++count > MaxFiles)
                    throw root.Wrong($"{setting}: there are more than {MaxFiles:N0} files");
                yield return (Path.GetRelativePath(folder, file).Replace('\\', '/'), ReadText(file));
            }
        }
    }

    static string ReadText(string file) => new FileInfo(file).Length <= MaxFileBytes ? File.ReadAllText(file)
        : throw LakeException.Invalid($"{file} is longer than {MaxFileBytes:N0} bytes");

    static string Hash(params ReadOnlySpan<string> texts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', texts))))[..16];
}
