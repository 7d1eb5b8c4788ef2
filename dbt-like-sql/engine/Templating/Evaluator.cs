namespace Dart.Lake.Sql.Templating;

/// <summary>Values of expressions, by Python's rules where they differ from C#'s.</summary>
internal sealed class Evaluator(TemplateLimits limits)
{
    const int MaxDepth = 1000;
    int depth;
    int steps;

    /// <summary>Counts a unit of work.</summary>
    public void Step(TemplateSource source, int line)
    {
        if (++steps > limits.Steps)
            throw source.Wrong(line, $"the template takes more than {limits.Steps:N0} steps");
    }

    public object? Value(TemplateSource source, Expression expression, Scope scope)
    {
        Step(source, expression.Line);
        if (++depth > MaxDepth)
            throw source.Wrong(expression.Line, $"the expression is longer than {MaxDepth} parts");
        var value = expression switch
        {
            LiteralExpression e => e.Value,
            NameExpression e => Name(source, e, scope),
            ListExpression e => e.Items.Select(i => Value(source, i, scope)).ToList(),
            DictExpression e => Dict(source, e, scope),
            AttributeExpression e => Attribute(source, e.Line, Value(source, e.Target, scope), e.Name),
            IndexExpression e => Index(source, e, scope),
            SliceExpression e => Slice(source, e, scope),
            CallExpression e => Call(source, e, scope),
            FilterExpression e => Filter(source, e, scope),
            TestExpression e => Test(source, e, scope),
            UnaryExpression e => Unary(source, e, scope),
            BinaryExpression e => Binary(source, e, scope),
            ConditionalExpression e => TemplateValue.IsTrue(Value(source, e.Condition, scope)) ? Value(source, e.Then, scope)
                : e.Else is null ? "" : Value(source, e.Else, scope),
            _ => throw LakeException.Bug($"{expression.GetType().Name} has no value"),
        };
        depth--;
        return value;
    }

    object? Name(TemplateSource source, NameExpression e, Scope scope) =>
        scope.TryGet(e.Name, out var value) ? value : throw source.Wrong(e.Line, $"'{e.Name}' is not known here");

    // asked about, not used: the name may be absent
    object? ValueOrUndefined(TemplateSource source, Expression expression, Scope scope) =>
        expression is NameExpression e && !scope.TryGet(e.Name, out _) ? new Undefined(e.Name) : Lenient(source, expression, scope);

    object? Lenient(TemplateSource source, Expression expression, Scope scope) => expression switch
    {
        AttributeExpression e => AttributeOrUndefined(ValueOrUndefined(source, e.Target, scope), e.Name),
        IndexExpression e => ItemOrUndefined(ValueOrUndefined(source, e.Target, scope), Value(source, e.Index, scope)),
        _ => Value(source, expression, scope),
    };

    Dictionary<string, object?> Dict(TemplateSource source, DictExpression e, Scope scope)
    {
        var dict = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in e.Items)
            dict[TemplateValue.Text(Value(source, key, scope))] = Value(source, value, scope);
        return dict;
    }

    static object? AttributeOrUndefined(object? target, string name) => target switch
    {
        TemplateObject o when o.Attributes.TryGetValue(name, out var value) => value,
        TemplateNamespace n when n.Values.TryGetValue(name, out var value) => value,
        // a key wins over a method of the same name only when there is no such method
        Dictionary<string, object?> d when d.TryGetValue(name, out var value) && Methods.Find(d, name) is null => value,
        _ => Methods.Find(target, name) ?? (object)new Undefined(name),
    };

    static object? Attribute(TemplateSource source, int line, object? target, string name) =>
        AttributeOrUndefined(target, name) is not Undefined and var value ? value
            : throw source.Wrong(line, $"{TemplateValue.TypeName(target)} has no '{name}'");

    static object? ItemOrUndefined(object? target, object? index) => (target, index) switch
    {
        (List<object?> list, long i) when i >= -list.Count && i < list.Count => list[(int)(i < 0 ? i + list.Count : i)],
        (string text, long i) when i >= -text.Length && i < text.Length => text[(int)(i < 0 ? i + text.Length : i)].ToString(),
        (Dictionary<string, object?> dict, _) when dict.TryGetValue(TemplateValue.Text(index), out var value) => value,
        (TemplateObject o, string key) when o.Attributes.TryGetValue(key, out var value) => value,
        _ => new Undefined(TemplateValue.Text(index)),
    };

    object? Index(TemplateSource source, IndexExpression e, Scope scope)
    {
        var (target, index) = (Value(source, e.Target, scope), Value(source, e.Index, scope));
        return ItemOrUndefined(target, index) is not Undefined and var value ? value
            : throw source.Wrong(e.Line, $"{TemplateValue.TypeName(target)} has no element {TemplateValue.Repr(index)}");
    }

    object Slice(TemplateSource source, SliceExpression e, Scope scope)
    {
        var target = Value(source, e.Target, scope);
        var count = target switch
        {
            List<object?> l => l.Count,
            string s => s.Length,
            _ => throw source.Wrong(e.Line, $"{TemplateValue.TypeName(target)} has no parts"),
        };
        var from = Edge(e.From, 0);
        var to = Math.Max(from, Edge(e.To, count));
        return target is string text ? text[from..to] : ((List<object?>)target).GetRange(from, to - from);

        int Edge(Expression? edge, int otherwise) => edge is null ? otherwise
            : Value(source, edge, scope) is long i ? (int)Math.Clamp(i < 0 ? i + count : i, 0, count)
            : throw source.Wrong(e.Line, "a slice is given by whole numbers");
    }

    object? Call(TemplateSource source, CallExpression e, Scope scope)
    {
        var target = Value(source, e.Target, scope);
        var name = e.Target switch { NameExpression n => n.Name, AttributeExpression a => a.Name, _ => "this" };
        return target is TemplateFunction function
            ? function(Arguments(source, e.Line, name, e.Arguments, scope))
            : throw source.Wrong(e.Line, $"'{name}' is {TemplateValue.TypeName(target)} and cannot be called");
    }

    CallArguments Arguments(
        TemplateSource source, int line, string name, IReadOnlyList<Argument> arguments, Scope scope, params ReadOnlySpan<object?> first)
    {
        List<object?> positional = [.. first];
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            var value = Value(source, argument.Value, scope);
            if (argument.Name is null)
                positional.Add(value);
            else if (!named.TryAdd(argument.Name, value))
                throw source.Wrong(line, $"{name}: '{argument.Name}' is given twice");
        }
        return new(name, positional, named, source, line);
    }

    object? Filter(TemplateSource source, FilterExpression e, Scope scope)
    {
        var filter = Filters.Find(e.Name) ?? throw source.Wrong(e.Line, $"there is no filter '{e.Name}'");
        var value = e.Name is "default" or "d" ? ValueOrUndefined(source, e.Target, scope) : Value(source, e.Target, scope);
        return filter(Arguments(source, e.Line, e.Name, e.Arguments, scope, value));
    }

    bool Test(TemplateSource source, TestExpression e, Scope scope)
    {
        var value = e.Name is "defined" or "undefined" ? ValueOrUndefined(source, e.Target, scope) : Value(source, e.Target, scope);
        return e.Name switch
        {
            "defined" => value is not Undefined,
            "undefined" => value is Undefined,
            "none" => value is null,
            "string" => value is string,
            "number" => value is long or decimal,
            "integer" => value is long,
            "boolean" => value is bool,
            "mapping" => value is Dictionary<string, object?>,
            "iterable" or "sequence" => TemplateValue.Items(value) is not null,
            "even" => value is long n && n % 2 == 0,
            "odd" => value is long n && n % 2 != 0,
            "in" => e.Argument is not null && Contains(source, e.Line, Value(source, e.Argument, scope), value),
            "equalto" or "eq" => e.Argument is not null && TemplateValue.Equals(value, Value(source, e.Argument, scope)),
            _ => throw source.Wrong(e.Line, $"there is no test '{e.Name}'"),
        };
    }

    object? Unary(TemplateSource source, UnaryExpression e, Scope scope)
    {
        var value = Value(source, e.Operand, scope);
        return (e.Operator, value) switch
        {
            ("not", _) => !TemplateValue.IsTrue(value),
            (_, long n) when n != long.MinValue => -n,
            (_, decimal n) => -n,
            _ => throw source.Wrong(e.Line, $"{TemplateValue.TypeName(value)} has no negative"),
        };
    }

    object? Binary(TemplateSource source, BinaryExpression e, Scope scope)
    {
        var left = Value(source, e.Left, scope);
        if (e.Operator is "and" or "or")
            return TemplateValue.IsTrue(left) == (e.Operator == "or") ? left : Value(source, e.Right, scope);
        var right = Value(source, e.Right, scope);
        return e.Operator switch
        {
            "==" => TemplateValue.Equals(left, right),
            "!=" => !TemplateValue.Equals(left, right),
            "in" => Contains(source, e.Line, right, left),
            "~" => Joined(source, e.Line, TemplateValue.Text(left), TemplateValue.Text(right)),
            "<" or ">" or "<=" or ">=" => Ordered(source, e, left, right),
            _ => Calculated(source, e, left, right),
        };
    }

    string Joined(TemplateSource source, int line, string left, string right) =>
        left.Length + right.Length <= limits.Output ? left + right : throw source.Wrong(line, $"the text is longer than {limits.Output:N0} characters");

    static bool Contains(TemplateSource source, int line, object? container, object? item) => container switch
    {
        string text when item is string part => text.Contains(part, StringComparison.Ordinal),
        Dictionary<string, object?> dict => item is string key && dict.ContainsKey(key),
        List<object?> list => list.Exists(v => TemplateValue.Equals(v, item)),
        _ => throw source.Wrong(line, $"{TemplateValue.TypeName(container)} contains nothing"),
    };

    static bool Ordered(TemplateSource source, BinaryExpression e, object? left, object? right)
    {
        var order = TemplateValue.Compare(left, right)
            ?? throw source.Wrong(e.Line, $"{TemplateValue.TypeName(left)} and {TemplateValue.TypeName(right)} have no order");
        return e.Operator switch { "<" => order < 0, ">" => order > 0, "<=" => order <= 0, _ => order >= 0 };
    }

    object Calculated(TemplateSource source, BinaryExpression e, object? left, object? right)
    {
        try
        {
            return (e.Operator, left, right) switch
            {
                ("+", string a, string b) => Joined(source, e.Line, a, b),
                ("+", List<object?> a, List<object?> b) when a.Count + b.Count <= limits.Output => new List<object?>([.. a, .. b]),
                (var op, long a, long b) => Whole(source, e.Line, op, a, b),
                (var op, _, _) when TemplateValue.IsNumber(left)
                    && TemplateValue.IsNumber(right) => Exact(source, e.Line, op, TemplateValue.Number(left), TemplateValue.Number(right)),
                _ => throw source.Wrong(e.Line, $"'{e.Operator}' does not go with {TemplateValue.TypeName(left)} and {TemplateValue.TypeName(right)}"),
            };
        }
        catch (ArithmeticException)
        {
            throw source.Wrong(e.Line, $"'{e.Operator}' has no result for {TemplateValue.Text(left)} and {TemplateValue.Text(right)}");
        }
    }

    // Python rounds down where C# rounds to nought, and its % has the divisor's sign; whole numbers stay whole but for "/"
    static object Whole(TemplateSource source, int line, string op, long a, long b) => op switch
    {
        "+" => (object)checked(a + b),
        "-" => checked(a - b),
        "*" => checked(a * b),
        "/" => (decimal)a / b,
        "//" => (long)Math.Floor((decimal)a / b),
        "%" => a - (b * (long)Math.Floor((decimal)a / b)),
        _ => throw source.Wrong(line, $"'{op}' is not known"),
    };

    static decimal Exact(TemplateSource source, int line, string op, decimal a, decimal b) => op switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "//" => Math.Floor(a / b),
        "%" => a - (b * Math.Floor(a / b)),
        _ => throw source.Wrong(line, $"'{op}' is not known"),
    };
}
