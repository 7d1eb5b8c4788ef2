using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;

namespace Dart.Lake.Host.Verbs;

/// <summary>The verbs of the executable.</summary>
static class Root
{
    public static RootCommand Build(Settings settings, TimeProvider time, IdSource ids)
    {
        var composition = new Composition(settings, time, ids);
        var root = new RootCommand("Dart.Lake: a trading lakehouse. Events become hot numbers, tables and marts that add up.")
        {
            DemoVerb.Build(composition),
            ProduceVerb.Build(composition),
            StreamVerb.Build(composition),
            EodVerb.Build(composition),
            ModelVerbs.Run(composition),
            ModelVerbs.Test(composition),
            ModelVerbs.Plan(composition),
            ModelVerbs.Dbt(composition),
            SqlVerb.Build(composition),
            ServeVerb.Build(composition),
            VerifyVerb.Build(composition),
            ReconcileVerb.Build(composition),
            TableVerb.Build(composition),
            new DeadLetterVerbs(composition).Build(),
            new QuarantineVerbs(composition).Build(),
            LakeVerbs.Build(composition),
            MigrateVerb.Build(composition),
            RunsVerb.Build(composition),
            DoctorVerb.Build(composition),
        };
        Help.Extend(root);
        Flags.RefuseFlagsAsValues(root);
        return root;
    }
}
