using Dart.Lake.Sql.Audits;
using Dart.Lake.Sql.Dialect;
using Dart.Lake.Sql.Loading;
using Dart.Lake.Sql.Staging;
using Dart.Lake.Sql.Templating;

namespace Dart.Lake.Sql.Compiling;

/// <summary>From templates to SQL, for one run.</summary>
internal sealed class ModelCompiler(RunRequest request, RunRelations relations)
{
    public RunNames Names(RunEngine engine, Model? model, DateOnly day, bool onlyNew) =>
        new(request.Project, relations, engine, model, day, onlyNew);

    public CompiledQuery Compile(Model model, DateOnly day) => Compile(relations.Engines.Of(model), model, day);

    public CompiledQuery Compile(RunEngine engine, Model model, DateOnly day) =>
        Render(model.Template, engine, Names(engine, model, day, onlyNew: false), day);

    public CompiledQuery Compile(RunEngine engine, SingularAudit audit, DateOnly day) =>
        Render(audit.Template, engine, Names(engine, null, day, !audit.AllRows), day);

    CompiledQuery Render(Template template, RunEngine engine, RunNames names, DateOnly day)
    {
        var vars = new Dictionary<string, object?>(request.Project.Vars, StringComparer.Ordinal)
        {
            ["trade_date"] = $"{day:yyyy-MM-dd}",
            ["run_id"] = request.RunId,
            ["firm_currency"] = request.FirmCurrency,
            ["calendar_version"] = (long)request.CalendarVersion,
        };
        var rendered = Renderer.Render(
            template, names.Globals(vars, request.Environment, engine.Dialect.Name), request.Project.Macros, TemplateLimits.Default);
        return OneStatement.Of(rendered, engine.Dialect.Lexer);
    }
}
