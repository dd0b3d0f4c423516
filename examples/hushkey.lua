-- hushkey in Neovim: put this in ~/.config/nvim/plugin/hushkey.lua. Ctrl+X Ctrl+O completes.
vim.api.nvim_create_autocmd("FileType", {
  pattern = { "gitcommit", "mail", "markdown", "text" },
  callback = function(event)
    local config = { name = "hushkey", cmd = { "hushkey", "lsp" } }
    if vim.lsp.start then -- 0.8 and later
      vim.lsp.start(config, { bufnr = event.buf })
    else
      vim.lsp.buf_attach_client(event.buf, vim.lsp.start_client(config))
    end
    vim.bo[event.buf].omnifunc = "v:lua.vim.lsp.omnifunc"
  end,
})

local function run(command, arguments)
  local given = { command = command, arguments = arguments }
  vim.lsp.buf_request(0, "workspace/executeCommand", given, function(refused, done)
    print(refused and refused.message or vim.inspect(done))
  end)
end

vim.api.nvim_create_user_command("HushkeyForget", function(said)
  run("hushkey.forget", { said.args })
end, { nargs = 1 })
vim.api.nvim_create_user_command("HushkeyPrivate", function()
  run("hushkey.private", {})
end, {})
