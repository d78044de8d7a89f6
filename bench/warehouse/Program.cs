using System.CommandLine;
using WarehouseBench.Data;

var root = new RootCommand("Measures cleaning and analysing at any size, beside bounds and peers.")
{
    GenerateCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
