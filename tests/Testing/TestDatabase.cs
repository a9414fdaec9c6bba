namespace ContactPlatform.Testing;

/// <summary>An empty database.</summary>
/// <param name="Provider">The value of <c>Database:Provider</c>: PostgreSql or SqlServer.</param>
/// <param name="ConnectionString">As the provider reads it; with the right to create tables.</param>
public sealed record TestDatabase(string Provider, string ConnectionString);
