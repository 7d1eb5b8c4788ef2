using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dart.Lake.Host.Verbs;
using Dart.Lake.Host.Wiring;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dart.Lake.House.Tests;

/// <summary>A default stands once, in appsettings.json, and what a number may be once, beside the property that it is bound to.</summary>
public partial class SettingTests
{
    const string File = "orchestration/host/appsettings.json";

    /// <summary>Flags that have a default and are no setting, and why.</summary>
    static readonly Dictionary<string, string> OwnDefaults = new(StringComparer.Ordinal)
    {
        ["--by"] = "the user of the machine, who is nobody's setting",
        ["--target-mb"] = "what one act of maintenance shall do, which differs from table to table",
        ["--older-than"] = "what one act of maintenance shall do, which differs from table to table",
        ["--keep"] = "what one act of maintenance shall do, which differs from table to table",
        ["--limit"] = "how much of a list is shown; nothing else asks for it",
        ["--engine"] = "a choice of words whose first is the usual one",
        ["--format"] = "a choice of words whose first is the usual one",
        ["--market"] = "a choice of words whose first is the usual one",
        ["--speed"] = "none is as fast as possible",
        ["--select"] = "none is all",
        ["--exclude"] = "none is nothing",
    };

    static readonly Settings Usual = Settings.Load();

    [GeneratedRegex("Ms$|Seconds$|Mb$|Bytes$")]
    private static partial Regex Unit();

    [GeneratedRegex("(Settings|Options|Section)$", RegexOptions.ExplicitCapture)]
    private static partial Regex HoldsSettings();

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex Hump();

    [Fact]
    public void Every_key_of_the_file_is_a_property_and_every_property_is_in_the_file()
    {
        using var json = JsonDocument.Parse(Repository.Read(File), new() { CommentHandling = JsonCommentHandling.Skip });
        Assert.Equal(
            Leaves(Usual).Select(leaf => leaf.Path).Order(StringComparer.Ordinal),
            Keys(json.RootElement, "").Where(key => !key.StartsWith("Profiles:", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        var profiles = json.RootElement.GetProperty("Profiles").EnumerateObject().ToList();
        Assert.Equal(["embedded", "distributed"], profiles.Select(p => p.Name));
        foreach (var profile in profiles.Where(p => p.Value.EnumerateObject().Any()))
            Assert.Empty(Keys(profile.Value, "").Except(Leaves(Usual).Select(leaf => leaf.Path)));
    }

    [Fact]
    public void Every_number_has_its_limits_which_its_default_keeps_and_the_file_tells()
    {
        var numbers = NumberSetting.All(Usual).ToDictionary(number => number.Name, StringComparer.Ordinal);
        var comments = Comments();
        Repository.None(
            from leaf in Leaves(Usual)
            where leaf.Property.GetValue(leaf.Section) is int or long
            let number = numbers.GetValueOrDefault(leaf.Path)
            let range = $"{number?.Limits}"
            where number is null || !number.Limits.Allow(number.Value) || !comments[leaf.Path].Contains(range, StringComparison.Ordinal)
            select number is null ? $"{leaf.Path}: no limits" : $"{leaf.Path} = {number.Value}: '{range}' and the comment '{comments[leaf.Path]}'",
            "a number of the settings has [Limits(from, to)], its default is within, and its comment says them");
    }

    [Fact]
    public void Every_setting_has_a_comment() =>
        Repository.None(Comments().Where(c => c.Value.Length == 0).Select(c => c.Key), "say above it what the setting is");

    [Fact]
    public void A_flag_with_a_default_is_a_setting_of_that_name_or_says_why_not()
    {
        var usual = Defaults(Usual);
        var ofSettings = new HashSet<string>(StringComparer.Ordinal);
        foreach (var leaf in Leaves(Usual))
            foreach (var (flag, _) in Defaults(Changed(leaf.Path)).Where(d => usual[d.Key] != d.Value))
            {
                Assert.Equal($"--{Hump().Replace(Unit().Replace(leaf.Property.Name, ""), "-").ToLowerInvariant()}", flag.Split(' ')[^1]);
                ofSettings.Add(flag);
            }
        Repository.None(
            from flag in usual
            where flag.Value.StartsWith('=') && !ofSettings.Contains(flag.Key) && !OwnDefaults.ContainsKey(flag.Key.Split(' ')[^1])
            select flag.Key,
            $"take the flag's default from the settings, or say in {nameof(SettingTests)} why it has its own");
        Assert.True(ofSettings.Count >= 12, $"only {string.Join(", ", ofSettings)} have defaults of the settings");
    }

    [Fact]
    public void What_the_host_sets_from_a_setting_has_its_name_and_no_default_of_its_own()
    {
        var set = Repository.With(".cs").Where(f => f.StartsWith("orchestration/host/Wiring/", StringComparison.Ordinal))
            .SelectMany(f => Repository.Parse(f).DescendantNodes().OfType<AssignmentExpressionSyntax>())
            .Select(assigned => (Name: assigned.Left.ToString(), Setting: SettingOf(assigned.Right)))
            .Where(pair => pair.Setting is not null).ToList();
        Assert.True(set.Count >= 8, string.Join(", ", set));
        Repository.None(
            from pair in set
            where !Unit().Replace(pair.Setting!, "").EndsWith(Unit().Replace(pair.Name, ""), StringComparison.Ordinal)
            select $"{pair.Setting} is {pair.Name}",
            "call it by one name, the unit and the owner aside");
        var names = set.Select(pair => pair.Name).Concat(["Seed", "Trades"]).ToHashSet(StringComparer.Ordinal);
        Repository.None(
            from file in Repository.ProductCode
            from record in Repository.Parse(file).DescendantNodes().OfType<RecordDeclarationSyntax>()
            where HoldsSettings().IsMatch(record.Identifier.Text)
            from name in OwnDefaultsOf(record)
                // the seeded accounts' trades at real ticks are no setting
            where (names.Contains(name) || file.EndsWith($"/{nameof(Settings)}.cs", StringComparison.Ordinal))
                && (record.Identifier.Text, name) != ("LeanSettings", "Trades")
            select $"{file}: {name}",
            $"{File} has this default; make the property required");
    }

    /// <summary>The last name of an expression such as <c>settings.Kafka.Partitions</c> within another; null: there is none.</summary>
    static string? SettingOf(ExpressionSyntax value) => value.DescendantNodesAndSelf().OfType<MemberAccessExpressionSyntax>()
        .FirstOrDefault(m => m.ToString().Split('.')[0] is "settings" or "composition" && m.ToString().Contains("ettings.", StringComparison.Ordinal))
        ?.Name.Identifier.Text;

    static IEnumerable<string> OwnDefaultsOf(RecordDeclarationSyntax record) =>
        (record.ParameterList?.Parameters ?? []).Where(p => p.Default is not null).Select(p => p.Identifier.Text)
        .Concat(record.Members.OfType<PropertyDeclarationSyntax>()
            // what the file is bound to begins empty
            .Where(p => p.Initializer is { } initializer && initializer.Value.ToString() is not ("\"\"" or "new()" or "[]"))
            .Select(p => p.Identifier.Text));

    /// <summary>Default of each flag of each verb, or, of a flag without one, its description.</summary>
    static Dictionary<string, string> Defaults(Settings settings)
    {
        return Verbs(Root.Build(settings, TimeProvider.System, IdSource.Seeded(1)), "").SelectMany(verb => verb.Command.Options
            .Where(option => option.ValueType != typeof(bool))
            .Select(option => (Name: $"{verb.Name} {option.Name}", Default: Default(option))))
            .ToDictionary(option => option.Name, option => option.Default, StringComparer.Ordinal);

        static string Default(Option option) =>
            option.HasDefaultValue && option.GetDefaultValue() is { } value ? $"={value}" : option.Description ?? "";

        static IEnumerable<(string Name, Command Command)> Verbs(Command command, string path) =>
            command.Subcommands.SelectMany(verb => Verbs(verb, $"{path} {verb.Name}")).Prepend((path, command));
    }

    /// <summary>The settings with another value in one place.</summary>
    static Settings Changed(string path)
    {
        var settings = Settings.Load();
        var (_, section, property) = Leaves(settings).Single(leaf => leaf.Path == path);
        var value = property.GetValue(section);
        property.SetValue(section, value switch
        {
            string text => text + "x",
            DateOnly date => date.AddDays(1),
            int number => number + 1,
            long number => number + 1,
            _ => value,
        });
        return settings;
    }

    static IEnumerable<(string Path, object Section, PropertyInfo Property)> Leaves(object section, string path = "")
    {
        foreach (var property in section.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
            if (!Settings.IsSection(property))
                yield return (path + property.Name, section, property);
            else
                foreach (var leaf in Leaves(property.GetValue(section)!, $"{path}{property.Name}:"))
                    yield return leaf;
    }

    /// <summary>Paths of values; an object without keys is one.</summary>
    static IEnumerable<string> Keys(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Object && element.EnumerateObject().Any()
            ? element.EnumerateObject().SelectMany(key => Keys(key.Value, path.Length == 0 ? key.Name : $"{path}:{key.Name}"))
            : [path];

    /// <summary>The comment above each value of the file, by path.</summary>
    static Dictionary<string, string> Comments()
    {
        var (comments, path, comment) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<string>(), "");
        foreach (var line in Repository.Lines(File).Select(line => line.Trim()))
            if (line.StartsWith("//", StringComparison.Ordinal))
                comment += line[2..];
            else if (line.Split('"') is [_, var key, var rest, ..])
            {
                if (rest.TrimEnd() == ": {")
                    path.Add(key);
                else
                    comments.Add(string.Join(':', [.. path, key]), comment);
                comment = "";
            }
            else if (line.StartsWith('}') && path.Count > 0)
                path.RemoveAt(path.Count - 1);
        return comments;
    }
}
