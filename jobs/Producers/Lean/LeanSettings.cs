namespace Dart.Lake.Jobs.Producers.Lean;

/// <summary>Where real data are, in LEAN's folder format, and how the seeded accounts trade on them.</summary>
/// <param name="Folder">The folder that holds <c>equity/</c>, <c>option/</c> and so on.</param>
/// <param name="Trades">Executions of the seeded accounts a day.</param>
/// <param name="Speed">Multiple of real time; null: as fast as possible.</param>
/// <param name="SkipBad">Whether bad files are left out; else nothing is sent when there is one.</param>
public sealed record LeanSettings(string Folder, int Seed, int Trades = 4_000, double? Speed = null, bool SkipBad = false)
{
    internal LeanSettings Checked()
    {
        if (!Directory.Exists(Folder))
            throw LakeException.Invalid($"there is no folder {Folder}; give the one that holds LEAN's equity/ and option/");
        if (Trades is < 100 or > 10_000_000)
            throw LakeException.Invalid($"{Trades} trades make no day; give 100 to 10000000");
        Pacer.Checked(Speed);
        return this;
    }
}
