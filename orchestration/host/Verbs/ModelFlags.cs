using System.CommandLine;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Sql.Loading;

namespace Dart.Lake.Host.Verbs;

/// <summary>Flags of the verbs that read a project of models.</summary>
sealed class ModelFlags(Settings settings)
{
    readonly Option<string?> project = Flags.ProjectDir();
    readonly Option<string?> vars = Flags.Vars();
    readonly Option<int> timeout = Flags.Timeout(settings);
    readonly Option<string?> target = Flags.Target();

    /// <param name="verb">Gets them.</param>
    /// <param name="asks">Whether the verb computes something, which may take too long.</param>
    public ModelFlags On(Command verb, bool asks = true)
    {
        verb.Add(project);
        verb.Add(vars);
        verb.Add(target);
        if (asks)
            verb.Add(timeout);
        return this;
    }

    /// <exception cref="LakeException">Invalid: the project or the vars are wrong.</exception>
    public Project Load(ParseResult parsed) => EndOfDayFactory.LoadProject(parsed.GetValue(project), parsed.GetValue(vars));

    /// <summary>Who builds all models; null: as the settings say.</summary>
    public string? Target(ParseResult parsed) => parsed.GetValue(target);

    public int TimeoutSeconds(ParseResult parsed) => parsed.GetValue(timeout);
}
