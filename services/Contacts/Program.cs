using ContactPlatform.Contacts;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("contacts", ContactsScopes.Table);
builder.AddPlatformDatabase<ContactsDbContext, SqlServerContactsDbContext>("contacts");

builder.Services.AddImports();

var app = builder.Build();
app.MapGrpcService<ImportEndpoint>();
app.MapServiceDefaults();
app.Run();
