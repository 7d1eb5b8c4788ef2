using System.CommandLine;
using Dart.Lake.Jobs.Pipelines.Redrive;

namespace Dart.Lake.Host.Verbs;

/// <summary>The flags that say who acts, and why.</summary>
sealed class SignatureFlags
{
    readonly Option<string> why = new("--why") { Description = "The reason, for ops.acts", HelpName = "TEXT", Required = true };

    readonly Option<string> by = new("--by")
    {
        Description = "Who acts; none: the user",
        HelpName = "NAME",
        DefaultValueFactory = _ => Environment.UserName,
    };

    public SignatureFlags()
    {
        foreach (var option in new[] { why, by })
            option.Validators.Add(result =>
            {
                if (result.Tokens is [{ Value: var text }, ..] && string.IsNullOrWhiteSpace(text))
                    result.AddError($"{option.Name} wants words");
            });
    }

    public Option[] All => [why, by];

    public Signature Of(ParseResult parsed) => new(parsed.GetValue(by)!, parsed.GetValue(why)!);
}
