using System.Text;

namespace Dart.Lake.Sql.Templating;

/// <summary>Runs the statements of one template. Not thread-safe, used once.</summary>
internal sealed class Renderer
{
    readonly Evaluator evaluator;
    readonly TemplateLimits limits;
    readonly IReadOnlyDictionary<string, object?> globals;
    readonly List<RenderedPart> parts = [];
    StringBuilder output = new();
    bool captures;
    int depth;
    bool returning;
    object? returned;

    Renderer(IReadOnlyDictionary<string, object?> globals, TemplateLimits limits)
    {
        this.limits = limits;
        this.globals = globals;
        evaluator = new(limits);
    }

    /// <summary>The template's output, with the lines that it comes from.</summary>
    /// <param name="template">The template.</param>
    /// <param name="globals">Names that it may use.</param>
    /// <param name="macros">Templates whose macros it may call, each of which sees the same names.</param>
    /// <exception cref="LakeException">Invalid: with file and line.</exception>
    public static Rendered Render(
        Template template, IReadOnlyDictionary<string, object?> globals, IReadOnlyList<Template> macros, TemplateLimits limits)
    {
        var renderer = new Renderer(globals, limits);
        var scope = renderer.Root(macros);
        renderer.Run(template.Source, template.Statements, scope);
        return new(template.Source, renderer.output.ToString(), renderer.parts);
    }

    Scope Root(IReadOnlyList<Template> macros)
    {
        var root = new Scope(null, globals);
        foreach (var (name, function) in Builtins.Of(limits))
            root.Set(name, function);
        root.Set("return", (TemplateFunction)Return);
        foreach (var file in macros)
            foreach (var macro in file.Statements.OfType<MacroStatement>())
                root.Set(macro.Name, Callable(file.Source, macro, root));
        if (globals.GetValueOrDefault("target") is TemplateObject target)
            root.Set("adapter", Adapter.Of(TemplateValue.Text(target.Attributes["type"]), Macro));
        return new(root);

        TemplateFunction? Macro(string name) => root.TryGet(name, out var macro) ? macro as TemplateFunction : null;
    }

    object? Return(CallArguments arguments)
    {
        (returning, returned) = (true, arguments.Positional is [var value] ? value : throw arguments.Wrong("takes one value"));
        return "";
    }

    void Run(TemplateSource source, IReadOnlyList<Statement> body, Scope scope)
    {
        if (++depth > limits.Depth)
            throw source.Wrong(body.Count > 0 ? body[0].Line : 1, $"blocks and macros are nested deeper than {limits.Depth}");
        foreach (var statement in body)
        {
            Run(source, statement, scope);
            if (returning)
                break;
        }
        depth--;
    }

    void Run(TemplateSource source, Statement statement, Scope scope)
    {
        switch (statement)
        {
            case TextStatement text:
                Write(source, text.Line, text.Text, isText: true);
                break;
            case OutputStatement written:
                Write(source, written.Line, TemplateValue.Text(evaluator.Value(source, written.Value, scope)), isText: false);
                break;
            case DoStatement done:
                evaluator.Value(source, done.Value, scope);
                break;
            case IfStatement choice:
                Run(source, Array.Find([.. choice.Branches], b => TemplateValue.IsTrue(evaluator.Value(source, b.Condition, scope))).Body
                    ?? choice.Else, scope);
                break;
            case ForStatement loop:
                Loop(source, loop, scope);
                break;
            case SetStatement set:
                Set(source, set, scope);
                break;
            case CaptureStatement capture:
                scope.Set(capture.Name, Captured(() => Run(source, capture.Body, new(scope))));
                break;
            case MacroStatement macro:
                scope.Set(macro.Name, Callable(source, macro, scope));
                break;
            default:
                throw LakeException.Bug($"{statement.GetType().Name} cannot be run");
        }
    }

    void Write(TemplateSource source, int line, string text, bool isText)
    {
        if (output.Length + text.Length > limits.Output)
            throw source.Wrong(line, $"the output is longer than {limits.Output:N0} characters");
        if (!captures && text.Length > 0)
            parts.Add(new(output.Length, line, isText));
        output.Append(text);
    }

    void Loop(TemplateSource source, ForStatement loop, Scope scope)
    {
        var value = evaluator.Value(source, loop.Items, scope);
        var all = TemplateValue.Items(value) ?? throw source.Wrong(loop.Line, $"{TemplateValue.TypeName(value)} cannot be looped over");
        var items = new List<object?>();
        foreach (var item in all)
            if (loop.Condition is null || TemplateValue.IsTrue(evaluator.Value(source, loop.Condition, Pass(source, loop, item, scope))))
                items.Add(item);
        if (items.Count == 0)
            Run(source, loop.Else, new(scope));
        for (var i = 0; i < items.Count && !returning; i++)
        {
            evaluator.Step(source, loop.Line);
            var pass = Pass(source, loop, items[i], scope);
            pass.Set("loop", new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["index"] = i + 1L,
                ["index0"] = (long)i,
                ["revindex"] = (long)items.Count - i,
                ["first"] = i == 0,
                ["last"] = i == items.Count - 1,
                ["length"] = (long)items.Count,
            });
            Run(source, loop.Body, pass);
        }
    }

    static Scope Pass(TemplateSource source, ForStatement loop, object? item, Scope scope)
    {
        var pass = new Scope(scope);
        Unpack(source, loop.Line, loop.Names, item, pass);
        return pass;
    }

    static void Unpack(TemplateSource source, int line, IReadOnlyList<string> names, object? value, Scope scope)
    {
        if (names is [var single])
            scope.Set(single, value);
        else if (value is List<object?> parts && parts.Count == names.Count)
            for (var i = 0; i < names.Count; i++)
                scope.Set(names[i], parts[i]);
        else
            throw source.Wrong(line, $"{names.Count} names want a list of as many values");
    }

    void Set(TemplateSource source, SetStatement set, Scope scope)
    {
        var value = evaluator.Value(source, set.Value, scope);
        if (set.Attribute is null)
            Unpack(source, set.Line, set.Names, value, scope);
        else if (scope.TryGet(set.Names[0], out var space) && space is TemplateNamespace { Values: var values })
            values[set.Attribute] = value;
        else
            throw source.Wrong(set.Line, $"'{set.Names[0]}' is no namespace(); only its attributes can be set");
    }

    string Captured(Action run)
    {
        var outer = (output, captures);
        (output, captures) = (new(), true);
        try
        {
            run();
            return output.ToString();
        }
        finally
        {
            (output, captures) = outer;
        }
    }

    TemplateFunction Callable(TemplateSource source, MacroStatement macro, Scope defined) => arguments =>
    {
        var names = macro.Parameters.Select(p => p.Name).ToArray();
        var (values, scope) = (arguments.Bind(names), new Scope(defined));
        for (var i = 0; i < names.Length; i++)
            scope.Set(names[i], values[i] is Undefined
                && macro.Parameters[i].Default is { } otherwise ? evaluator.Value(source, otherwise, scope) : values[i]);
        var text = Captured(() => Run(source, macro.Body, scope));
        if (!returning)
            return text;
        returning = false;
        return returned;
    };
}
