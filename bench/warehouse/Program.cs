using System.CommandLine;
using WarehouseBench.Data;
using WarehouseBench.Nights;
using WarehouseBench.Parsing;
using WarehouseBench.Peers;

if (args is [DuckDbChild.Command, var folder, var database])
{
    return DuckDbWarehouse.Serve(folder, database);
}

var root = new RootCommand("Measures cleaning and analysing at any size, beside bounds and peers.")
{
    GenerateCommand.Create(),
    NightsCommand.Create(),
    ParseCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
