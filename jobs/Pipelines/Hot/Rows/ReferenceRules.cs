using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Hot.Rows;

/// <summary>The row rules of reference data: those of their words, then those of the table that takes records of their kind.</summary>
static class ReferenceRules
{
    /// <summary>A record is a class, and a predicate asks structs.</summary>
    readonly record struct Asked(ReferenceRow Row);

    /// <summary>The name of the rule that a record breaks, or null.</summary>
    public static Func<ReferenceRow, string?> Compile()
    {
        var words = Of(Topics.Reference.Table);
        var byKind = Enum.GetValues<ReferenceKind>().ToDictionary(kind => kind, kind => Of(TableOf(kind)));
        return row => words(new(row)) ?? (row.Kind is { } kind ? byKind[kind](new(row)) : null);
    }

    static string TableOf(ReferenceKind kind) => kind switch
    {
        ReferenceKind.Instrument => "silver.instruments",
        ReferenceKind.Account => "silver.accounts",
        ReferenceKind.FxFixing => "silver.fx_fixings",
        ReferenceKind.CorporateAction => "silver.corporate_actions",
        ReferenceKind.Rate => "silver.rates",
        ReferenceKind.PriorClose or ReferenceKind.Mark => "silver.prior_closes",
        _ => throw LakeException.Bug($"no table takes {kind}"),
    };

    static RowPredicate<Asked> Of(string table) => RowRulePredicate.Compile<Asked>(TableContracts.Get(table), Column, null);

    static RuleColumn<Asked> Column(string name) => name switch
    {
        "kind" => (in Asked a) => RuleValue.Of(a.Row.KindWord),
        "instrument_kind" => (in Asked a) => RuleValue.Of(a.Row.InstrumentKind),
        "option_right" => (in Asked a) => RuleValue.Of(a.Row.OptionRight),
        "exercise" => (in Asked a) => RuleValue.Of(a.Row.Exercise),
        "action" => (in Asked a) => RuleValue.Of(a.Row.Action),
        "currency" or "from_currency" => (in Asked a) => RuleValue.Of(a.Row.Currency),
        "to_currency" => (in Asked a) => RuleValue.Of(a.Row.ToCurrency),
        "venue" => (in Asked a) => RuleValue.Of(a.Row.Venue),
        "multiplier" => (in Asked a) => Whole(a.Row.Multiplier),
        "rate" or "close" => (in Asked a) => Whole(a.Row.Value),
        "ex_date" => (in Asked a) => Whole(a.Row.AsOf),
        "numerator" => (in Asked a) => Whole(a.Row.Numerator),
        "denominator" => (in Asked a) => Whole(a.Row.Denominator),
        _ => throw LakeException.Bug($"reference data have a rule on {name}, which the hot path does not read"),
    };

    static RuleValue Whole(long? value) => value is { } v ? RuleValue.Of((Int128)v) : RuleValue.Null;
}
